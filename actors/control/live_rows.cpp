#include "actors/control/live_rows.hpp"

#include "actors/control/json_values.hpp"

namespace warren::actors {

namespace json = boost::json;

namespace {

/// What an idle queue costs: its actor, its machine, its places in the tables of the node (measured, see docs).
constexpr std::uint64_t idle_queue_bytes = 4096;
constexpr std::uint64_t entry_bytes =
    32 + 96;  ///< a place in the ready list, and a record's header, names and properties

json::value number(std::uint64_t n) { return static_cast<std::int64_t>(n); }
json::value text(std::string_view s) { return json_text(s); }

/// Columns of a queue that does not answer are empty, as RabbitMQ leaves those of a queue that is down.
template <class F>
json::value from_status(const queue_item& q, F&& f) {
  return q.status == nullptr ? json::value("") : json::value(f(*q.status));
}

/// The share of time in which the queue could deliver at once is not measured: whether it could now.
json::value capacity(const queue_item& q) {
  return from_status(q, [](const queue_status& s) -> json::value {
    if (s.counts.consumers == 0) return 0;
    for (const queue_consumer_info& c : s.consumers)
      if (c.has_credit) return 1.0;
    return 0.0;
  });
}

json::value empty(const queue_item&) { return ""; }  // mirrors, members: not of a classic queue on one node

constexpr column<queue_item> of_queues[] = {
    {"name", [](const queue_item& q) { return text(q.declared->record->name); }},
    {"durable", [](const queue_item& q) { return json::value(q.declared->record->durable); }},
    {"auto_delete", [](const queue_item& q) { return json::value(q.declared->record->auto_delete); }},
    {"arguments", [](const queue_item& q) { return json::value(argument_list(q.declared->record->arguments)); }},
    {"policy", [](const queue_item& q) { return text(q.declared->in_force->policy); }},
    {"pid", [](const queue_item& q) { return text(q.pid); }},
    {"owner_pid", [](const queue_item& q) { return text(q.owner_pid); }},
    {"exclusive", [](const queue_item& q) { return json::value(q.declared->record->exclusive()); }},
    {"exclusive_consumer_pid", [](const queue_item& q) { return text(q.exclusive_consumer_pid); }},
    {"exclusive_consumer_tag", [](const queue_item& q) { return text(q.exclusive_consumer_tag); }},
    {"messages_ready",
     [](const queue_item& q) { return from_status(q, [](auto& s) { return number(s.counts.ready); }); }},
    {"messages_unacknowledged",
     [](const queue_item& q) { return from_status(q, [](auto& s) { return number(s.counts.unacked); }); }},
    {"messages",
     [](const queue_item& q) {
       return from_status(q, [](auto& s) { return number(s.counts.ready + s.counts.unacked); });
     }},
    {"messages_ready_ram",
     [](const queue_item& q) { return from_status(q, [](auto& s) { return number(s.counts.ready_ram); }); }},
    {"messages_unacknowledged_ram",
     [](const queue_item& q) { return from_status(q, [](auto& s) { return number(s.counts.unacked_ram); }); }},
    {"messages_ram",
     [](const queue_item& q) {
       return from_status(q, [](auto& s) { return number(s.counts.ready_ram + s.counts.unacked_ram); });
     }},
    {"messages_persistent",
     [](const queue_item& q) { return from_status(q, [](auto& s) { return number(s.counts.persistent); }); }},
    {"message_bytes",
     [](const queue_item& q) {
       return from_status(q, [](auto& s) { return number(s.counts.ready_bytes + s.counts.unacked_bytes); });
     }},
    {"message_bytes_ready",
     [](const queue_item& q) { return from_status(q, [](auto& s) { return number(s.counts.ready_bytes); }); }},
    {"message_bytes_unacknowledged",
     [](const queue_item& q) { return from_status(q, [](auto& s) { return number(s.counts.unacked_bytes); }); }},
    {"message_bytes_ram",
     [](const queue_item& q) {
       return from_status(q, [](auto& s) { return number(s.counts.ready_ram_bytes + s.counts.unacked_bytes); });
     }},
    {"message_bytes_persistent",
     [](const queue_item& q) { return from_status(q, [](auto& s) { return number(s.counts.persistent_bytes); }); }},
    {"head_message_timestamp",
     [](const queue_item& q) {
       return from_status(q, [](auto& s) -> json::value {
         return s.counts.head_message_timestamp ? json::value(*s.counts.head_message_timestamp) : json::value("");
       });
     }},
    {"disk_reads", [](const queue_item& q) { return from_status(q, [](auto& s) { return number(s.disk_reads); }); }},
    {"disk_writes", [](const queue_item& q) { return from_status(q, [](auto& s) { return number(s.disk_writes); }); }},
    {"consumers",
     [](const queue_item& q) { return from_status(q, [](auto& s) { return number(s.counts.consumers); }); }},
    {"consumer_utilisation", capacity},
    {"consumer_capacity", capacity},
    {"memory",
     [](const queue_item& q) { return from_status(q, [](auto& s) { return number(queue_memory_bytes(s)); }); }},
    {"slave_pids", empty},
    {"synchronised_slave_pids", empty},
    {"state", [](const queue_item& q) { return text(q.state); }},
    {"type", [](const queue_item& q) { return text(q.declared->record->type); }},
    {"leader", empty},
    {"members", empty},
    {"online", empty},
};

constexpr std::string_view without_status[] = {
    "name", "durable",   "auto_delete", "arguments",  "policy",
    "pid",  "owner_pid", "exclusive",   "slave_pids", "synchronised_slave_pids",
    "type", "leader",    "members",     "online"};

json::value tls_text(const connection_item& c, const std::string& value) {
  return c.info->socket.tls ? text(value) : text("");
}

/// `TLSv1.3`: Erlang says `tlsv1.3`.
std::string lower(std::string s) {
  for (char& c : s)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return s;
}

constexpr column<connection_item> of_connections[] = {
    {"pid", [](const connection_item& c) { return text(c.pid); }},
    {"name", [](const connection_item& c) { return text(c.info->name); }},
    {"port", [](const connection_item& c) { return json::value(c.info->socket.port); }},
    {"host", [](const connection_item& c) { return text(c.info->socket.host); }},
    {"peer_port", [](const connection_item& c) { return json::value(c.info->socket.peer_port); }},
    {"peer_host", [](const connection_item& c) { return text(c.info->socket.peer_host); }},
    {"ssl", [](const connection_item& c) { return json::value(c.info->socket.tls); }},
    {"ssl_protocol", [](const connection_item& c) { return tls_text(c, lower(c.info->socket.tls_protocol)); }},
    {"ssl_key_exchange", [](const connection_item& c) { return tls_text(c, c.info->socket.tls_key_exchange); }},
    {"ssl_cipher", [](const connection_item& c) { return tls_text(c, c.info->socket.tls_cipher); }},
    {"ssl_hash", [](const connection_item& c) { return tls_text(c, c.info->socket.tls_hash); }},
    {"peer_cert_subject",
     [](const connection_item& c) { return text(c.info->certificate ? c.info->certificate->subject : ""); }},
    {"peer_cert_issuer",
     [](const connection_item& c) { return text(c.info->certificate ? c.info->certificate->issuer : ""); }},
    {"peer_cert_validity",
     [](const connection_item& c) { return text(c.info->certificate ? c.info->certificate->validity : ""); }},
    {"state", [](const connection_item& c) { return text(c.info->state); }},
    {"channels", [](const connection_item& c) { return number(c.info->channels); }},
    {"protocol",
     [](const connection_item&) {
       return json::value(json::array{0, 9, 1});
     }},
    {"auth_mechanism", [](const connection_item& c) { return text(c.info->mechanism); }},
    {"user", [](const connection_item& c) { return text(c.info->user); }},
    {"vhost", [](const connection_item& c) { return text(c.info->vhost); }},
    {"timeout", [](const connection_item& c) { return number(c.info->heartbeat_s); }},
    {"frame_max", [](const connection_item& c) { return number(c.info->frame_max); }},
    {"channel_max", [](const connection_item& c) { return number(c.info->channel_max); }},
    {"client_properties",
     [](const connection_item& c) { return json::value(argument_list(c.info->client_properties)); }},
    {"recv_oct", [](const connection_item& c) { return number(c.info->received_bytes); }},
    {"recv_cnt", [](const connection_item& c) { return number(c.info->received_count); }},
    {"send_oct", [](const connection_item& c) { return number(c.info->sent_bytes); }},
    {"send_cnt", [](const connection_item& c) { return number(c.info->sent_count); }},
    {"send_pend", [](const connection_item& c) { return number(c.info->pending_bytes); }},
    {"connected_at", [](const connection_item& c) { return json::value(c.info->connected_ms); }},
};

constexpr column<channel_item_row> of_channels[] = {
    {"pid", [](const channel_item_row& c) { return text(c.pid); }},
    {"connection", [](const channel_item_row& c) { return text(c.connection_pid); }},
    {"name",
     [](const channel_item_row& c) {
       return text(c.info->connection_name + " (" + std::to_string(c.info->number) + ")");
     }},
    {"number", [](const channel_item_row& c) { return number(c.info->number); }},
    {"user", [](const channel_item_row& c) { return text(c.info->user); }},
    {"vhost", [](const channel_item_row& c) { return text(c.info->vhost); }},
    {"transactional", [](const channel_item_row& c) { return json::value(c.info->transactional); }},
    {"confirm", [](const channel_item_row& c) { return json::value(c.info->confirm); }},
    {"consumer_count", [](const channel_item_row& c) { return number(c.info->consumers); }},
    {"messages_unacknowledged", [](const channel_item_row& c) { return number(c.info->unacknowledged); }},
    {"messages_uncommitted", [](const channel_item_row& c) { return number(c.info->uncommitted); }},
    {"acks_uncommitted", [](const channel_item_row& c) { return number(c.info->acks_uncommitted); }},
    {"messages_unconfirmed", [](const channel_item_row& c) { return number(c.info->unconfirmed); }},
    {"prefetch_count", [](const channel_item_row& c) { return number(c.info->prefetch); }},
    {"global_prefetch_count", [](const channel_item_row& c) { return number(c.info->global_prefetch); }},
};

constexpr column<consumer_item> of_consumers[] = {
    {"queue_name", [](const consumer_item& c) { return text(c.queue->name); }},
    {"channel_pid", [](const consumer_item& c) { return text(c.channel_pid); }},
    {"consumer_tag", [](const consumer_item& c) { return text(c.consumer->tag); }},
    {"ack_required", [](const consumer_item& c) { return json::value(c.consumer->ack_required); }},
    {"prefetch_count", [](const consumer_item& c) { return number(c.consumer->prefetch); }},
    {"active", [](const consumer_item& c) { return json::value(c.consumer->active); }},
    {"activity_status", [](const consumer_item& c) { return text(c.consumer->active ? "up" : "waiting"); }},
    {"arguments", [](const consumer_item& c) { return json::value(argument_list(c.consumer->arguments)); }},
};

}  // namespace

std::span<const column<queue_item>> queue_columns() { return of_queues; }
std::span<const column<connection_item>> connection_columns() { return of_connections; }
std::span<const column<channel_item_row>> channel_columns() { return of_channels; }
std::span<const column<consumer_item>> consumer_columns() { return of_consumers; }

bool needs_status(const columns<queue_item>& chosen) {
  return std::any_of(chosen.begin(), chosen.end(), [](const auto* c) {
    return std::find(std::begin(without_status), std::end(without_status), c->name) == std::end(without_status);
  });
}

std::uint64_t queue_memory_bytes(const queue_status& s) {
  return idle_queue_bytes + s.counts.ready_ram_bytes + s.counts.unacked_bytes +
         (s.counts.ready_ram + s.counts.unacked) * entry_bytes;
}

}  // namespace warren::actors
