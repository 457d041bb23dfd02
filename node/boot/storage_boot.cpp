#include "node/boot/storage_boot.hpp"
#include "actors/storage/storage_messages.hpp"
#include "supervision/guarded.hpp"
namespace warren::node {
using namespace actors;
struct storage_boot::state {};
storage_boot::storage_boot(const node_config&) {}
storage_boot::~storage_boot() = default;
std::string storage_boot::recover() { return ""; }
broker_snapshot storage_boot::metadata() const { return std::make_shared<const broker_state>(); }
std::unordered_map<queue_id, recovered_queue> storage_boot::take_queues() { return {}; }
std::uint64_t storage_boot::logged_commands() const { return 0; }
static caf::behavior stub_log(caf::event_based_actor* self) {
  auto n = std::make_shared<std::uint64_t>(0);
  return {[=](log_append& a) { if (!a.entries.empty()) self->send(a.reply_to, log_synced{a.queue, a.entries.back().at}); },
          [=](const log_metadata& m) { self->send(m.reply_to, log_metadata_synced{m.token, ++*n}); },
          [](const log_watch_metadata&) {}, [](const log_released&) {}, [](const log_forget&) {},
          [=](const storage_stop& s) { self->send(s.reply_to, storage_stopped{}); }};
}
static caf::behavior stub_store(caf::event_based_actor*) {
  return {[](store_page_out&) {}, [](store_ack&) {}, [](store_purge&) {}, [](store_delete&) {}, [](store_close&) {}, [](store_load&) {}};
}
supervision::child_spec storage_boot::store_child(node_services& s) {
  return supervision::worker("store", "store", [&s](supervision::start_context& c) { auto a = c.supervisor->spawn<caf::detached>(stub_store); s.store_actor.set(a); return a; });
}
supervision::child_spec storage_boot::log_child(node_services& s) {
  return supervision::worker("log", "log", [&s](supervision::start_context& c) { auto a = c.supervisor->spawn<caf::detached>(stub_log); s.log_actor.set(a); return a; });
}
}
