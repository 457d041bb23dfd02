#include "actors/logging/log.hpp"
#include "actors/metadata/metadata_actor.hpp"
#include "actors/runtime/io_thread.hpp"
#include "storage/metadata_codec.hpp"

// What the members of a cluster say to each other about metadata.

namespace warren::actors {

namespace {
/// Of commands in one message: well below distribution::max_message_bytes.
constexpr std::size_t announcement_bytes = 512u << 10;
}  // namespace

bool metadata_actor::say(const std::string& peer, const storage::metadata_message& m) {
  return services_.transport != nullptr && services_.transport->send(peer, distribution::service::metadata, storage::encode_message(m));
}

void metadata_actor::on_peer_message(const distribution::peer_message& m) {
  auto decoded = storage::decode_message(m.bytes);
  if (!decoded) {
    log_error(log_category::plain, "node {} sent a metadata message that cannot be read ({} bytes); it is ignored", m.from, m.bytes.size());
    return;
  }
  std::visit([&](auto& what) { on_peer(m.from, what); }, *decoded);
}

void metadata_actor::on_peer(const std::string& from, storage::propose_message& m) {
  if (standing_.role != raft::role::leader) return (void)say(from, storage::refused_message{m.request});
  if (!storage::decode_entry(m.entry)) return log_error(log_category::plain, "node {} proposed an entry that cannot be read; it is ignored", from);
  send(services_.raft(), raft_propose{metadata_group, 0, std::make_shared<const std::string>(std::move(m.entry)), caf::actor_cast<caf::actor>(this)});
}

void metadata_actor::on_peer(const std::string&, storage::refused_message&) { on_tick(); }

void metadata_actor::on_peer(const std::string& from, storage::ask_home_message& m) {
  storage::home_answer_message answer{m.request, false, 0, {}, false};
  const auto refuse_it = [&](const error& why) {
    answer.refused = true;
    answer.code = static_cast<std::uint16_t>(why.code);
    answer.text = why.text;
    (void)say(from, answer);
  };
  auto c = storage::decode_command(m.what);
  if (!c) return refuse_it(c.failure());
  switch (memory_.view.route_of(*c).which) {
    case cluster_metadata::way::here: {
      name_own(*c);
      cluster_metadata::outcome out = memory_.view.here(*c);
      if (!out.done.result) return refuse_it(out.done.result.failure());
      take(out, std::make_shared<asker>());
      answer.changed = out.done.changed;
      return (void)say(from, answer);
    }
    case cluster_metadata::way::agreed:  // it has become durable meanwhile: the asker sees that with the next entry and asks anew
    case cluster_metadata::way::elsewhere: return refuse_it(fail(reply_code::internal_error, "the object has moved: ask again"));
  }
}

void metadata_actor::on_peer(const std::string& from, storage::home_answer_message& m) {
  const auto i = requests_.find(m.request);
  if (i == requests_.end() || i->second.home != from) return;
  const asker_ptr who = i->second.who;
  const auto asked = storage::decode_command(i->second.entry);
  requests_.erase(i);
  if (m.refused) return refuse(who, fail(static_cast<reply_code>(m.code), std::move(m.text)));
  who->answer.changed = m.changed;
  if (const auto* d = asked ? std::get_if<declare_queue>(&*asked) : nullptr) {  // announced before it was answered
    const vhost_ptr vhost = memory_.view.snapshot()->find_vhost(d->vhost);
    const queue_state* q = vhost == nullptr ? nullptr : vhost->find_queue(d->name);
    if (q == nullptr) return refuse(who, fail(reply_code::internal_error, "queue '" + d->name + "' went as it came"));
    who->answer.queue = q->record;
  }
  done_with(who);
}

// ---- announcements

void metadata_actor::announce(const std::vector<command>& changes) {
  if (changes.empty()) return;
  for (const std::string& peer : up_) announce_to(peer, changes, false);
}

void metadata_actor::announce_to(const std::string& peer, const std::vector<command>& changes, bool anew) {
  storage::announce_message m{memory_.applied, anew, {}};
  std::size_t bytes = 0;
  for (const command& c : changes) {
    std::string one = storage::encode_command(c);
    if (bytes + one.size() > announcement_bytes && !m.commands.empty()) {
      (void)say(peer, m);
      m.anew = false;
      m.commands.clear();
      bytes = 0;
    }
    bytes += one.size() + 4;
    m.commands.push_back(std::move(one));
  }
  if (!m.commands.empty() || m.anew) (void)say(peer, m);
}

/// Order: what the sender had applied of the log comes first.
void metadata_actor::on_peer(const std::string& from, storage::announce_message& m) {
  late_[from].push_back(std::move(m));
  take_late();
}

void metadata_actor::take_late() {
  for (auto& [from, waiting] : late_) {
    while (!waiting.empty() && waiting.front().after <= memory_.applied) {
      const storage::announce_message m = std::move(waiting.front());
      waiting.pop_front();
      std::vector<command> changes;
      for (const std::string& bytes : m.commands)
        if (auto c = storage::decode_command(bytes)) changes.push_back(std::move(*c));
      const auto nobody = std::make_shared<asker>();
      if (m.anew) {
        cluster_metadata::outcome out = memory_.view.announced_anew(from, changes);
        take(out, nobody);
      } else {
        for (const command& c : changes) {
          cluster_metadata::outcome out = memory_.view.announced(from, c);
          take(out, nobody);
        }
      }
    }
  }
}

void metadata_actor::on_peer_up(const std::string& peer) {
  up_.insert(peer);
  announce_to(peer, memory_.view.transients(), true);
  submit_all();
}

void metadata_actor::on_peer_down(const std::string& peer) {
  up_.erase(peer);
  late_.erase(peer);
  std::erase_if(barriers_in_, [&](const auto& b) { return std::get<0>(b) == peer; });
  std::erase_if(barriers_out_, [&](auto& b) {
    if (b.second.first != peer) return false;
    done_with(b.second.second);  // the object is there, its home is not: whoever uses it will be told
    return true;
  });
  std::erase_if(requests_, [&](auto& r) {
    if (r.second.home != peer) return false;
    refuse(r.second.who, fail(reply_code::internal_error, "node " + peer + " has gone"));
    return true;
  });
  cluster_metadata::outcome out = memory_.view.forget_node(peer);
  take(out, std::make_shared<asker>());
}

// ---- a queue declared here for another node: it runs there before the declaration is answered

void metadata_actor::await_home(const asker_ptr& who, const std::string& home) {
  if (home == services_.options.node_name || !up_.contains(home)) return;
  const std::uint64_t number = ++last_request_;
  if (!say(home, storage::barrier_message{number, who->at})) return;
  ++who->waits_for;
  barriers_out_.emplace(number, std::pair(home, who));
}

void metadata_actor::on_peer(const std::string& from, storage::barrier_message& m) {
  barriers_in_.emplace_back(from, m.request, m.upto);
  pass_barriers();
}

void metadata_actor::pass_barriers() {
  if (starting_ > 0) return;
  std::erase_if(barriers_in_, [&](const auto& b) {
    const auto& [from, number, upto] = b;
    if (upto > memory_.applied) return false;
    (void)say(from, storage::barrier_passed_message{number});
    return true;
  });
}

void metadata_actor::on_peer(const std::string&, storage::barrier_passed_message& m) {
  const auto i = barriers_out_.find(m.request);
  if (i == barriers_out_.end()) return;
  const asker_ptr who = i->second.second;
  barriers_out_.erase(i);
  done_with(who);
}

}  // namespace warren::actors
