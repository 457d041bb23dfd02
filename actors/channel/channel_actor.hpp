#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/channel/channel_messages.hpp"
#include "actors/channel/reply_address.hpp"
#include "actors/connection/connection_messages.hpp"
#include "actors/metadata/metadata_messages.hpp"
#include "actors/queue/queue_messages.hpp"
#include "actors/remote/remote_messages.hpp"
#include "actors/runtime/io_actor.hpp"
#include "actors/runtime/services.hpp"
#include "amqp/channel_gate.hpp"
#include "amqp/frame_writer.hpp"
#include "core/access/access.hpp"
#include "core/channel/confirm_tracker.hpp"
#include "core/channel/delivery_tracker.hpp"
#include "core/channel/grant_ledger.hpp"
#include "core/channel/seq_ranges.hpp"
#include "core/message/trace_copy.hpp"
#include "core/metadata/checks.hpp"
#include "core/routing/route.hpp"
#include "supervision/guarded.hpp"

namespace warren::actors {

/// What a channel is told at its birth.
struct channel_setup {
  std::uint16_t number = 0;
  caf::actor connection;
  std::string connection_name;  ///< `127.0.0.1:40000 -> 127.0.0.1:5672`
  connection_id connection_number;
  std::string user, vhost;
  std::uint32_t frame_max = 0;  ///< 0 = unlimited
  bool consumer_cancel_notify = false;
};

/// One channel. Takes batches of what the client asked, in order; routes publishes on its snapshot of the topology and hands
/// each queue one batch a turn; numbers deliveries and turns them into frames. While an answer of a queue or of the metadata
/// is awaited, later input waits (`busy_`), because a channel is strictly sequential.
class channel_actor : public supervision::guarded<io_actor>, private ticked {
 public:
  channel_actor(caf::actor_config& config, io_thread& thread, supervision::place where, node_services& services,
                channel_setup setup);
  ~channel_actor() override;

 protected:
  caf::behavior make_behavior() override;
  void end_of_turn() override;
  void on_exit() override;

 private:
  enum class mode : std::uint8_t { plain, confirm, tx };

  /// A queue that this channel has dealings with.
  struct link {
    queue_id id;
    std::string queue;  ///< its name, for messages
    caf::actor actor;
    std::vector<publish_item> outgoing;  ///< of this turn
    std::uint64_t outgoing_bytes = 0;
    std::int64_t owed_bytes = 0;         ///< handed over, not yet safe
    std::vector<position> acks, requeues, rejects;  ///< of this turn
    seq_ranges open;                                ///< confirms it owes
    bool touched = false;                           ///< stands in touched_
  };
  struct consumer {
    consumer_id id;
    std::string tag;
    queue_id queue;
    bool no_ack = false;
    amqp::delivery_template frames;
  };
  struct tx_publish {
    message_ref content;
    bool mandatory;
  };
  struct tx_settlement {
    settlement how;
    std::vector<delivery_tracker::entry> entries;
  };
  struct window_part {  ///< delivery bytes handed to the connection, in order
    queue_id queue;
    consumer_id consumer;
    std::int64_t bytes;
  };

  // input (channel_actor.cpp)
  void run();
  void handle(channel_item& item);
  void dispatch(amqp::method& m);
  void opened();
  void ended();
  [[nodiscard]] channel_info report() const;
  void resume() { busy_ = false; }
  /// The method that is being carried out, for close frames.
  void begin(amqp::method_id id) { current_ = id; }
  void fail(error why, std::optional<amqp::method_id> at = std::nullopt);
  void fail(const amqp::wire_error& why);
  void reply(const amqp::method& m) { amqp::append_method(output(), setup_.number, m); }
  void release();
  void refresh_topology();
  [[nodiscard]] caller as_caller() const { return {setup_.connection_number, &*access_}; }

  // links (channel_links.cpp)
  link* link_to(const queue_record& queue);
  [[nodiscard]] error no_queue(const std::string& name) const;
  void touch(link& l);
  void flush_links();
  void on_queue_down(const caf::actor_addr& who, bool crashed);
  void on_publish_done(publish_done& done);
  void update_throttle();

  // publishing (channel_publish.cpp)
  void publish(channel_item& item);
  [[nodiscard]] bool check_exchange(const message& m);
  [[nodiscard]] bool check_content(channel_item& item);
  void route_and_send(message_ref content, bool mandatory);
  void resolve(const message& m);
  [[nodiscard]] bool out_of_reach() const;
  void return_unroutable(const message_ref& content);
  void collect_confirms();
  [[nodiscard]] bool to_reply_queue(const message_ref& content);
  void confirm(amqp::confirm_select& m);
  void tx_select();
  void tx_commit();
  void tx_rollback();
  void tx_finished();

  // consuming (channel_consume.cpp)
  void consume(amqp::basic_consume& m);
  void consume_replies(amqp::basic_consume& m);
  void on_consume_answer(const consume_answer& answer);
  void cancel(amqp::basic_cancel& m);
  void get(amqp::basic_get& m);
  void on_get_answer(get_answer& answer);
  void qos(const amqp::basic_qos& m);
  void limit_all(std::uint32_t limit, std::function<void()> then);
  void recover(bool requeue, bool answered);
  void settle(const channel_item& item);
  void settle_entries(settlement how, const std::vector<delivery_tracker::entry>& entries);
  void deliver(queue_deliver& batch);
  void deliver_reply(const reply_delivery& d);
  void cancelled_by_queue(consumer_id id);
  void give(const std::vector<grant_ledger::grant>& grants);
  [[nodiscard]] consumer* consumer_of(consumer_id id);
  void forget_consumer(consumer_id id);

  // declarations (channel_declare.cpp)
  void declare(amqp::queue_declare& m);
  void declare(amqp::exchange_declare& m);
  void remove(amqp::queue_delete& m);
  void remove(amqp::exchange_delete& m);
  void purge(amqp::queue_purge& m);
  void change_binding(bool add, binding_record binding, bool nowait, amqp::method answer);
  void bind_queue(bool add, std::string queue, std::string exchange, std::string key, field_table arguments, bool nowait);
  void bind_exchange(bool add, std::string destination, std::string source, std::string key, field_table arguments, bool nowait);
  void apply(command c, std::function<void(const metadata_answer&)> then);
  void answer_declare(queue_ptr queue, bool nowait, std::shared_ptr<const declare_queue> again);
  void probe_reply_queue(const std::string& name, const reply_address& address, bool nowait);
  [[nodiscard]] std::string home_for(const declare_queue& d);
  [[nodiscard]] std::optional<std::string> queue_or_last(std::string name);

  // the firehose (channel_trace.cpp)
  void trace_publish(const message& m);
  void trace_delivery(queue_id queue, const message& m, bool redelivered);
  void publish_trace(message_ref copy);
  [[nodiscard]] trace_origin origin() const;

  // output
  amqp::output_batch& output();
  void flush_output();
  void on_output_sent(std::int64_t bytes);

  void on_tick(time_ms now) override;

  node_services& services_;
  channel_setup setup_;
  channel_id id_;
  amqp::channel_gate gate_;
  amqp::method_id current_;
  bool running_ = false;  ///< run() is under way
  bool busy_ = false;     ///< an answer is awaited
  bool dead_ = false;     ///< the connection is going down: nothing is done any more
  bool stopping_ = false;  ///< the connection wants us to end once what it handed over is done
  bool stopped_ = false;
  bool counted_ = false;  ///< among the user's channels
  std::deque<std::shared_ptr<input_batch>> inputs_;
  std::uint64_t inputs_done_ = 0;
  std::uint64_t generation_ = 1;  ///< of the open channel: answers to an earlier one are not for this one

  broker_snapshot state_;
  vhost_ptr vhost_;
  std::optional<access_scope> access_;
  std::uint64_t topology_version_ = 0;
  bool traced_ = false;  ///< the vhost is: what passes is copied to its amq.rabbitmq.trace

  std::unordered_map<queue_id, std::unique_ptr<link>> links_;
  std::vector<link*> touched_;
  std::int64_t owed_bytes_ = 0;  ///< published, not yet safe
  bool throttling_ = false;

  // where the last publish went: most publishes go where the one before went
  struct {
    std::string exchange, routing_key;
    const exchange_state* source = nullptr;
    bool checked = false;   ///< exchange exists, may be published to
    bool reusable = false;  ///< the same names without headers go the same way
    bool topic_restricted = false;
    std::vector<link*> targets;
  } route_;
  route_scratch scratch_;
  std::vector<std::string> extra_keys_;
  std::uint64_t random_;

  mode mode_ = mode::plain;
  confirm_tracker confirms_;
  std::vector<confirm_tracker::frame> confirm_frames_;
  std::vector<tx_publish> tx_publishes_;
  std::vector<tx_settlement> tx_settlements_;
  bool committing_ = false;
  bool commit_failed_ = false;

  std::string last_queue_;
  std::unordered_map<std::string, std::unique_ptr<consumer>> consumers_;  ///< by tag
  std::unordered_map<consumer_id, consumer*> consumers_by_id_;
  consumer* last_consumer_ = nullptr;
  std::unique_ptr<consumer> starting_;  ///< consume sent, not yet answered
  bool starting_nowait_ = false;
  bool getting_no_ack_ = false;
  queue_id getting_from_;
  std::uint32_t prefetch_ = 0;  ///< for consumers to come
  grant_ledger grants_;
  delivery_tracker deliveries_;
  std::deque<window_part> windows_;
  std::int64_t window_bytes_out_ = 0;  ///< of this turn

  std::unique_ptr<consumer> reply_consumer_;
  std::string reply_secret_;

  std::shared_ptr<amqp::output_batch> out_;
};

}  // namespace warren::actors
