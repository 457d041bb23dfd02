#include "tests/crash/storage/model_node.hpp"

#include <algorithm>

namespace warren::storage {

storage_options model_node::options() {
  storage_options o;
  o.log_file_bytes = 16 * 1024;
  o.first_log_file_bytes = 4 * 1024;
  o.segment_bytes = 6 * 1024;
  o.open_files = 3;
  o.ack_file_bytes = 300;
  return o;
}

bool model_node::ok(const status& s) {
  if (s.ok()) return true;
  if (failure_.empty()) failure_ = s.failure().text;
  return false;
}

queue_id model_node::some_queue() {
  queue_id q{1 + below(4)};
  while (promises_.deleted.contains(q)) q.value += 4;
  return q;
}

queue_entry model_node::entry_of(queue_id q, position p) {
  const auto& e = promise(q, p);
  queue_entry out;
  out.message = queues_[q].memory[p].message;
  out.at = p;
  out.enqueued_ms = e.enqueued_ms;
  out.lane = e.lane;
  out.flags = e.persistent ? queue_entry::persistent : 0;
  return out;
}

// ---- what a node does

bool model_node::publish() {
  const queue_id q = some_queue();
  position& next = promises_.next_position.try_emplace(q, 1).first->second;
  std::vector<queue_entry> logged;
  now_ += static_cast<time_ms>(below(3));
  for (std::size_t n = 1 + below(12); n > 0; --n) {
    const position p = next++;
    ledger_of_promises::entry e;
    e.body = std::to_string(q.value) + "/" + std::to_string(p) + std::string(below(10) == 0 ? 1500 : below(120), 'x');
    e.persistent = below(3) != 0;
    e.lane = static_cast<std::uint8_t>(below(4) == 0 ? below(3) : 0);
    e.enqueued_ms = now_;
    held h;
    h.message = builder_.append({"ex", "key", {}, e.body, message::no_expiration, 0, 0});
    h.in_log = e.persistent;
    queues_[q].memory[p] = h;
    const bool persistent = e.persistent;
    promises_.queues[q][p] = std::move(e);
    if (!persistent) continue;
    logged.push_back(entry_of(q, p));
    uncommitted_.emplace_back(q, p);
    wants_sync_ = true;
  }
  log_->append(q, logged);
  return true;
}

bool model_node::commit() {
  const bool synced = wants_sync_;
  if (!ok(log_->commit())) return false;
  for (const auto& [q, p] : uncommitted_) promise(q, p).confirmed = true;
  uncommitted_.clear();
  wants_sync_ = false;
  if (synced) {
    for (const auto& [q, p] : uncommitted_acks_) promise(q, p).ack_settled = true;  // those of commits before as well
    uncommitted_acks_.clear();
    promises_.commands_synced = promises_.commands.size();
  }
  return look_after_log();
}

bool model_node::ack() {
  const queue_id q = some_queue();
  live_queue& live = queues_[q];
  std::vector<position> in_log, on_disk;
  const bool many = below(4) == 0;  // a consumer that drains
  for (const auto& [p, h] : live.memory)
    if (many || below(5) == 0) (h.in_log ? in_log : on_disk).push_back(p);
  for (const position p : on_disk) live.memory.erase(p);  // transient: nobody need know
  on_disk.clear();
  for (const position p : live.on_disk)
    if (many || below(6) == 0) on_disk.push_back(p);
  for (const position p : in_log) {
    promise(q, p).ack_sent = true;
    uncommitted_acks_.emplace_back(q, p);
    live.memory.erase(p);
  }
  for (const position p : on_disk) {
    promise(q, p).ack_sent = true;
    live.on_disk.erase(p);
  }
  std::shuffle(on_disk.begin(), on_disk.end(), random_);
  log_->append_acks(q, ranges_of(in_log));
  return ok(store_->ack(q, on_disk));
}

bool model_node::page_out(queue_id q, const std::vector<position>& which, bool durable) {
  std::vector<queue_entry> entries;
  for (const position p : which) entries.push_back(entry_of(q, p));
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.lane < b.lane; });
  if (!ok(store_->page_out(q, entries, true))) return false;
  for (const position p : which) {
    queues_[q].memory.erase(p);
    queues_[q].on_disk.insert(p);
  }
  return !durable || ok(store_->sync());
}

bool model_node::page_out() {
  const queue_id q = some_queue();
  std::vector<position> which;
  const auto& memory = queues_[q].memory;
  const bool all = below(3) == 0;
  for (const auto& [p, h] : memory)
    if (all || below(2) == 0) which.push_back(p);
  return page_out(q, which, below(3) == 0);
}

bool model_node::purge() {
  const queue_id q = some_queue();
  std::vector<position> keep;
  for (auto i = queues_[q].on_disk.begin(); i != queues_[q].on_disk.end();) {
    if (below(10) == 0) {
      keep.push_back(*i++);
    } else {
      promise(q, *i).ack_sent = true;
      i = queues_[q].on_disk.erase(i);
    }
  }
  return ok(store_->purge(q, keep));
}

bool model_node::remove_queue() {
  const queue_id q = some_queue();
  promises_.deleted.insert(q);
  promises_.queues.erase(q);
  queues_.erase(q);
  const auto of_q = [q](const auto& p) { return p.first == q; };
  std::erase_if(uncommitted_, of_q);
  std::erase_if(uncommitted_acks_, of_q);
  log_->forget(q);
  return ok(store_->forget(q));
}

/// The queue's actor died: what a supervisor's restart reads back is what was told to log and store before.
bool model_node::restart_queue() {
  if (!commit()) return false;
  const queue_id q = some_queue();
  for (auto& d : store_->take_dropped()) log_->append_acks(d.queue, d.ranges);
  if (!commit()) return false;
  std::vector<std::string> notes;
  restarted_queue asked{q, directory_->position_after_restart(++restarts_), {}};
  const log_file_id newest = log_->knows(q) ? log_->active() : log_file_id{};
  if (!ok(recover_running_queues(*store_, *directory_, std::span(&asked, 1), log_->oldest(), newest, notes))) return false;
  const recovered_queue* found = &asked.found;
  log_->released(q, newest);
  std::map<position, std::string> loaded;
  broken_ = load_all(q, loaded, found->ranges);
  live_queue& live = queues_[q];
  live.memory.clear();
  live.on_disk.clear();
  for (auto& [p, e] : promises_.queues[q]) {
    const bool wanted = e.persistent && !e.ack_sent;
    if (wanted != loaded.contains(p))
      broken_ += "after a restart of queue " + std::to_string(q.value) + " message " + std::to_string(p) +
                 (wanted ? " is missing; " : " is back; ");
    if (wanted) live.on_disk.insert(p);
  }
  if (!notes.empty()) broken_ += notes.front();
  if (!promises_.queues[q].empty() && found->next_position <= promises_.queues[q].rbegin()->first)
    broken_ += "positions would be used again; ";
  promises_.next_position[q] = found->next_position;
  return broken_.empty() && look_after_log();
}

bool model_node::metadata() {
  promises_.commands.push_back("command " + std::to_string(promises_.commands.size() + 1));
  wants_sync_ = true;
  const std::uint64_t number = log_->append_metadata(promises_.commands.back());
  if (number != promises_.commands.size()) broken_ = "metadata command has number " + std::to_string(number);
  return broken_.empty();
}

bool model_node::end_of_batch() {
  if (!ok(store_->flush_acks())) return false;
  for (auto& d : store_->take_dropped()) log_->append_acks(d.queue, d.ranges);
  return true;
}

bool model_node::look_after_log() {
  for (const auto& wanted : log_->take_flush_requests()) {
    std::vector<position> log_only;
    for (const auto& [p, h] : queues_[wanted.queue].memory)
      if (h.in_log) log_only.push_back(p);
    if (!page_out(wanted.queue, log_only, below(2) == 0)) return false;
    log_->released(wanted.queue, wanted.file);
  }
  if (const auto index = log_->take_snapshot_request()) {
    std::string all;
    for (std::size_t i = 0; i < *index; ++i) all += promises_.commands[i] + "\n";
    if (promises_.commands_synced >= *index) {  // as the metadata actor does: only what is synced
      if (!ok(write_metadata_snapshot(fs_, directory_->path(), {*index, all}))) return false;
      log_->snapshot_covers(*index);
    }
  }
  if (const auto file = log_->take_barrier_request()) {
    if (!end_of_batch() || !ok(store_->sync())) return false;
    log_->barrier_passed(*file);
  }
  if (const auto spare = log_->take_spare_request()) {
    auto made = fs_.open(spare->path, open_mode::create_new);
    if (!ok(made)) return false;
    const std::string zeros(spare->bytes, '\0');
    if (!ok(made.value()->write_at(0, zeros.data(), zeros.size())) || !ok(made.value()->sync_data())) return false;
    if (!ok(fs_.sync_directory(directory_->log_path()))) return false;
    log_->spare_ready(spare->slot, spare->bytes);
  }
  return true;
}

bool model_node::load_and_compare() {
  const queue_id q = some_queue();
  const auto& on_disk = queues_[q].on_disk;
  if (on_disk.empty()) return true;
  load_request r;
  r.lane = static_cast<std::uint8_t>(below(3));
  r.from = *std::next(on_disk.begin(), static_cast<long>(below(on_disk.size())));
  r.to = *std::next(on_disk.begin(), static_cast<long>(below(on_disk.size())));
  if (r.to < r.from) std::swap(r.from, r.to);
  r.max_messages = static_cast<std::uint32_t>(1 + below(30));
  r.max_bytes = static_cast<std::uint32_t>(1 + below(4000));
  auto loaded = store_->load(q, r);
  if (!ok(loaded)) return false;
  auto got = loaded->messages.begin();
  for (const position p : on_disk) {
    const auto& e = promise(q, p);
    if (e.lane != r.lane || p < r.from || p > r.to) continue;
    if (got == loaded->messages.end()) {
      if (!loaded->more_in_range) broken_ = "load ended early before position " + std::to_string(p);
      break;
    }
    if (got->at != p || got->message->body() != e.body || got->enqueued_ms != e.enqueued_ms)
      broken_ = "load gave position " + std::to_string(got->at) + " instead of " + std::to_string(p);
    ++got;
  }
  if (got != loaded->messages.end() && broken_.empty()) broken_ = "load gave more than there is";
  return broken_.empty();
}

bool model_node::step() {
  switch (below(24)) {
    case 0: case 1: case 2: case 3: case 4: case 5: return publish();
    case 6: case 7: case 8: case 9: case 10: return commit();
    case 11: case 12: case 13: return ack();
    case 14: case 15: return page_out();
    case 16: case 17: return end_of_batch();
    case 18: case 19: return load_and_compare();
    case 20: return metadata();
    case 21: return below(6) != 0 || purge();
    case 22: return below(8) != 0 || remove_queue();
    default: return below(4) != 0 || restart_queue();
  }
}

bool model_node::clean_stop() {
  if (!commit()) return false;
  clean_stop_table_ = {};
  for (auto& [q, live] : queues_) {
    std::vector<position> log_only;
    for (const auto& [p, h] : live.memory)
      if (h.in_log) log_only.push_back(p);
    if (!page_out(q, log_only, true)) return false;
    clean_stop_table_.queues[q] = {promises_.next_position[q], 0};
  }
  if (!end_of_batch() || !ok(log_->commit()) || !ok(log_->sync()) || !ok(store_->close_all())) return false;
  clean_stop_table_.log_file = log_->active().value;
  clean_stop_table_.metadata_covered = log_->metadata_covered();
  if (!ok(write_clean_stop(*directory_, clean_stop_table_))) return false;
  promises_.exact = true;
  return true;
}

// ---- what a node finds

std::string model_node::load_all(queue_id q, std::map<position, std::string>& out, std::vector<disk_range> ranges) {
  for (const disk_range& range : ranges) {
    std::uint64_t messages = 0, bodies = 0;
    load_request r{range.lane, range.first, range.last, 50, 20'000};
    while (true) {
      auto loaded = store_->load(q, r);
      if (!loaded.ok()) return "cannot load: " + loaded.failure().text;
      for (const loaded_message& m : loaded->messages) {
        const std::string body(m.message->body());
        if (!out.emplace(m.at, body).second) return "position " + std::to_string(m.at) + " is there twice; ";
        const auto known = promises_.queues[q].find(m.at);
        if (known == promises_.queues[q].end()) return "position " + std::to_string(m.at) + " was never given; ";
        if (known->second.body != body || known->second.lane != range.lane || known->second.enqueued_ms != m.enqueued_ms)
          return "position " + std::to_string(m.at) + " has changed; ";
        ++messages;
        bodies += body.size();
      }
      if (!loaded->more_in_range) break;
      r.from = loaded->messages.back().at + 1;
    }
    if (messages != range.messages || bodies != range.body_bytes)
      return "queue " + std::to_string(q.value) + ": the range tells of " + std::to_string(range.messages) + " messages, " +
             std::to_string(range.body_bytes) + " bytes, there are " + std::to_string(messages) + ", " +
             std::to_string(bodies) + "; ";
  }
  return "";
}

std::string model_node::compare(const recovered_node& found, std::string* state) {
  std::set<queue_id> ids;
  for (const auto& [q, entries] : promises_.queues) ids.insert(q);
  for (const auto& [q, f] : found.queues)
    if (promises_.deleted.contains(q)) return "deleted queue " + std::to_string(q.value) + " is back; ";
  for (const queue_id q : ids) {
    const recovered_queue f = found.of(q);
    std::map<position, std::string> loaded;
    if (std::string problem = load_all(q, loaded, f.ranges); !problem.empty()) return problem;
    auto& entries = promises_.queues[q];
    for (auto& [p, e] : entries) {
      const bool there = loaded.contains(p);
      const std::string name = "message " + std::to_string(p) + " of queue " + std::to_string(q.value);
      if (there && !e.persistent) return name + ", which is transient, is back; ";
      if (!there && e.persistent && e.confirmed && !e.ack_sent) return name + ", which was confirmed, is lost; ";
      if (there && e.ack_settled) return name + ", whose ack was synced, is back; ";
      if (promises_.exact && there != (e.persistent && !e.ack_sent)) return name + " is not as the clean stop left it; ";
      if (state) *state += there ? std::to_string(q.value) + ":" + std::to_string(p) + " " : "";
    }
    if (!entries.empty() && f.next_position <= entries.rbegin()->first && found.clean) return "positions would be used again; ";
    // From here on the world is what was found.
    queues_[q] = {};
    for (auto& [p, e] : entries) {
      // What is gone may come back as long as its ack is not synced; what is there was confirmed by being there.
      e.confirmed = e.confirmed || loaded.contains(p);
      e.ack_sent = !loaded.contains(p);
      if (loaded.contains(p)) queues_[q].on_disk.insert(p);
    }
    if (!entries.empty() && f.next_position <= entries.rbegin()->first) return "positions would be used again; ";
    promises_.next_position[q] = f.next_position;
  }
  return "";
}

std::string model_node::start(std::string* state) {
  auto directory = data_directory::open(fs_, "/data");
  if (!directory.ok()) return directory.failure().text;
  directory_ = std::move(directory).value();
  auto reading = recovery::read(*directory_, options());
  if (!reading.ok()) return reading.failure().text;
  std::vector<std::string> commands;
  if (const auto& snapshot = (*reading)->snapshot()) {
    std::string_view left = snapshot->bytes;
    for (; !left.empty(); left.remove_prefix(left.find('\n') + 1)) commands.emplace_back(left.substr(0, left.find('\n')));
  }
  for (const bytes_view c : (*reading)->commands()) commands.emplace_back(c);
  if (commands.size() < promises_.commands_synced) return "synced declarations are lost; ";
  for (std::size_t i = 0; i < commands.size(); ++i)
    if (i >= promises_.commands.size() || commands[i] != promises_.commands[i]) return "declarations are out of order; ";
  auto found = (*reading)->finish([this](queue_id q) { return !promises_.deleted.contains(q); });
  if (!found.ok()) return found.failure().text;
  if (!(*reading)->notes().empty()) return "damage is reported: " + (*reading)->notes().front();
  log_ = std::move(found->log);
  store_ = std::move(found->store);
  std::string damage;
  store_->on_damage = [&damage](const std::string& what) { damage = what; };
  std::string problem = compare(found.value(), state);
  store_->on_damage = [this](const std::string& what) { broken_ = what; };
  promises_.commands.resize(commands.size());
  promises_.commands_synced = commands.size();
  promises_.exact = false;
  return damage.empty() ? problem : damage;
}

}  // namespace warren::storage
