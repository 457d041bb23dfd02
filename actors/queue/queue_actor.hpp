#pragma once

#include <caf/all.hpp>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/queue/dead_letter_publisher.hpp"
#include "actors/queue/queue_admin_messages.hpp"
#include "actors/queue/queue_messages.hpp"
#include "actors/runtime/io_actor.hpp"
#include "actors/runtime/services.hpp"
#include "core/base/ring.hpp"
#include "core/metadata/records.hpp"
#include "core/queue/publish_pace.hpp"
#include "core/queue/queue_machine.hpp"
#include "supervision/guarded.hpp"

namespace warren::actors {

/// How a queue begins: anew, or with what recovery found on disk.
struct queue_start {
  queue_ptr record;
  queue_in_force_ptr in_force;
  std::optional<recovered_queue> recovered;  ///< known from the node's start
  bool recover_first = false;                        ///< a restart while the node runs: ask the log what survives
};

/// One queue: receives commands, applies them to its queue_machine, performs the effects at the end of the turn.
/// Decides nothing about messages. A child of its vhost's queue supervisor.
class queue_actor : public supervision::guarded<io_actor> {
 public:
  queue_actor(caf::actor_config& config, io_thread& thread, supervision::place where, node_services& services,
              queue_start start);
  ~queue_actor() override;

 protected:
  caf::behavior make_behavior() override;
  void end_of_turn() override;
  void on_exit() override;

 private:
  struct peer {  ///< a channel that consumes or gets
    caf::actor channel;
    std::vector<delivery> outbox;
  };
  struct owed {  ///< a publish whose credit waits for the log
    position upto;
    channel_id channel;
    std::uint64_t bytes;
  };
  struct answer {
    channel_id channel;
    caf::actor actor;
    publish_done done;
  };
  struct waiting_get {
    caf::actor channel;
    channel_id from;
    bool no_ack;
  };

  caf::behavior running();
  caf::message_handler seldom();  ///< made when one of its messages arrives
  [[nodiscard]] queue_effects& effects();
  void recover();
  void begin(const recovered_queue& found);
  void flush();

  // commands
  void on_publish(queue_publish& batch);
  void on_consume(queue_consume& wanted);
  void on_get(waiting_get wanted);
  void on_settle(const queue_settle& settled);
  [[nodiscard]] delete_answer check_delete(const queue_check_delete& wanted);
  void dispose();
  void stop_cleanly(const caf::actor& asker);
  void stop_when_paged_out();
  void on_peer_down(const caf::actor_addr& who);
  void channel_gone(channel_id id);

  // effects
  void perform_deliveries();
  void perform_log();
  void perform_disk();
  void perform_confirms();
  void perform_dead_letters();
  void perform_grants();
  void perform_life();
  [[nodiscard]] bool consumers_catch_up();  ///< publishers' credit waits for them
  void answer_publishers();
  void arm_wake();

  peer& peer_of(channel_id id, const caf::actor& channel);
  answer& answer_for(channel_id id);
  [[nodiscard]] std::string label() const;
  [[nodiscard]] queue_status report(bool with_consumers) const;

  node_services& services_;
  queue_start start_;
  queue_machine machine_;
  std::unique_ptr<queue_effects> effects_;  ///< of this turn; a queue that does nothing has none
  dead_letter_publisher dead_letters_;

  std::unordered_map<channel_id, peer> peers_;
  std::unordered_map<consumer_id, channel_id> consumer_channel_;
  std::vector<answer> answers_;  ///< of this turn
  ring<owed> owed_;              ///< ascending by position
  position synced_upto_ = 0;
  std::vector<waiting_get> gets_;                                      ///< waiting for the disk
  std::vector<std::pair<std::uint64_t, std::uint64_t>> paging_bytes_;  ///< by page_out token
  std::uint64_t paging_total_ = 0;
  std::uint64_t disk_reads_ = 0, disk_writes_ = 0;  ///< messages
  std::vector<std::pair<channel_id, std::uint64_t>> held_credit_;  ///< while the disk is behind, or consumers catch up
  publish_pace pace_;
  std::optional<time_ms> wake_armed_;
  caf::actor stopping_for_;
  bool deleting_ = false;
  bool ended_ = false;
};

}  // namespace warren::actors
