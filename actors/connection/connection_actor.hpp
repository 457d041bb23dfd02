#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/channel/channel_messages.hpp"
#include "actors/connection/connection_messages.hpp"
#include "actors/connection/transport.hpp"
#include "actors/runtime/io_actor.hpp"
#include "actors/runtime/services.hpp"
#include "amqp/connection_machine.hpp"
#include "amqp/content_assembler.hpp"
#include "supervision/guarded.hpp"

namespace warren::actors {

/// One client connection: bytes in, frames to channels; frames from channels, bytes out. What a connection means is
/// amqp::connection_machine's business. Its channels are its children: when one fails, the connection closes with 541.
class connection_actor : public supervision::guarded<io_actor>, private ticked {
 public:
  connection_actor(caf::actor_config& config, io_thread& thread, supervision::place where, node_services& services,
                   std::shared_ptr<const amqp::connection_settings> settings, std::unique_ptr<transport> transport);
  ~connection_actor() override;

 protected:
  caf::behavior make_behavior() override;
  void end_of_turn() override;
  void on_exit() override;
  void report_children(std::vector<supervision::child_info>& out) override;

 private:
  struct slot {
    slot(block_builder& builder, std::uint64_t max_message_size) : assembler(builder, max_message_size) {}
    caf::actor channel;
    amqp::content_assembler assembler;
    std::shared_ptr<input_batch> batch;  ///< being filled
    std::uint64_t inputs = 0;            ///< batches handed over
    bool throttled = false;
  };
  struct outgoing {
    std::uint16_t number;
    std::int64_t delivery_bytes;
    std::shared_ptr<amqp::output_batch> frames;
  };

  // reading
  void handshake_tls();
  void await_input();
  void on_readable();
  [[nodiscard]] bool read_once();
  void process(bytes_view in);
  void on_channel_frame(const amqp::frame& f, bytes_view& behind);  ///< a small content behind its method is taken at once
  [[nodiscard]] slot* slot_for(std::uint16_t number);
  [[nodiscard]] slot* open_slot(std::uint16_t number);
  void hand_over();
  [[nodiscard]] bool may_read() const;
  void resume_reading();

  // machine
  void perform_effects();
  void perform(amqp::effect::send& e);
  void perform(amqp::effect::send_protocol_header&);
  void perform(amqp::effect::send_heartbeat&);
  void perform(amqp::effect::authenticate& e);
  void perform(amqp::effect::open_vhost& e);
  void perform(amqp::effect::update_secret& e);
  void perform(amqp::effect::end_channels&);
  void perform(amqp::effect::pause_reading& e);
  void perform(amqp::effect::close_socket& e);
  void channels_gone();

  // writing
  amqp::output_batch& own_output();
  void write_out();
  void written(outgoing& done);

  [[nodiscard]] connection_info report() const;
  void on_channel_ended(const channel_ended& ended);
  void on_channel_down(const caf::down_msg& down);
  void drop_slot(std::uint16_t number);
  void on_tick(time_ms now) override;
  void look_at_alarms();
  void end(bool abort);

  node_services& services_;
  connection_id id_;
  std::shared_ptr<const amqp::connection_settings> settings_;
  std::unique_ptr<transport> transport_;
  transport_info info_;
  std::optional<amqp::connection_machine> machine_;
  std::optional<peer_certificate> certificate_;

  block_builder builder_;
  std::string partial_;  ///< bytes of an incomplete frame, or that wait for an answer of ours
  amqp::assembled assembled_;
  std::unordered_map<std::uint16_t, std::unique_ptr<slot>> slots_;
  std::uint16_t last_number_ = 0;
  slot* last_slot_ = nullptr;
  std::vector<slot*> filled_;
  bool published_ = false;
  bool block_idle_ = true;  ///< nothing was published since the last tick

  std::deque<outgoing> out_;
  std::size_t out_bytes_ = 0;
  bool waiting_writable_ = false;
  bool waiting_readable_ = false;
  bool paused_ = false;          ///< by an alarm
  int throttled_ = 0;            ///< channels
  std::uint8_t alarms_seen_ = 0;
  bool counted_ = false;         ///< among the user's and vhost's connections
  int stopping_channels_ = -1;   ///< still to answer channel_stop; -1 = not asked
  bool close_after_flush_ = false;
  bool ended_ = false;
  std::uint64_t received_bytes_ = 0, sent_bytes_ = 0;
  std::uint64_t reads_ = 0, writes_ = 0;
  time_ms connected_ms_ = 0;
};

}  // namespace warren::actors
