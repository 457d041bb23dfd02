#include "tests/unit/core/queue/support/fake_storage.hpp"

#include <stdexcept>
#include <string>

namespace warren::testing {

namespace {
void demand(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error("storage: " + what);
}
}  // namespace

void fake_storage::take(queue_effects& effects) {
  for (queue_entry& e : effects.log_appends) {
    demand(e.at > appended_upto_, "append out of order at " + std::to_string(e.at));
    demand((e.flags & queue_entry::persistent) != 0, "a transient message in the log");
    appended_upto_ = e.at;
    log_.emplace(e.at, std::pair{current_file_, stored{e.message, e.enqueued_ms, e.lane, true}});
  }
  for (const position at : effects.log_acks) {
    demand(at <= appended_upto_, "log_ack of a position that was never appended: " + std::to_string(at));
    demand(acked_.insert(at).second, "acknowledged twice: " + std::to_string(at));
  }
  if (!effects.disk_acks.empty()) commands_.push_back(ack_command{std::move(effects.disk_acks)});
  for (page_out& p : effects.page_outs) commands_.push_back(std::move(p));
  for (const load_request& l : effects.loads) {
    demand(loads_under_way_.insert(l.lane).second, "two loads of one lane under way");
    demand(l.from <= l.to && l.max_messages > 0 && l.max_bytes > 0, "senseless load");
    commands_.push_back(l);
  }
  for (const log_file_id file : effects.log_releases) {
    demand(file.value == oldest_file_ && file.value < current_file_, "release of a file that was not asked for");
    // the store syncs what it has performed before it lets the file go, not what it has still to perform
    for (auto i = log_.begin(); i != log_.end();) {
      if (i->second.first != file.value) {
        ++i;
        continue;
      }
      demand(acked_.count(i->first) != 0 || on_disk_.count(i->first) != 0,
             "log file released with the only copy of " + std::to_string(i->first));
      i = log_.erase(i);
    }
    ++oldest_file_;
  }
  if (effects.purge_disk) commands_.push_back(purge_command{std::move(effects.purge_keep)});
}

void fake_storage::perform_next() {
  auto command = std::move(commands_.front());
  commands_.pop_front();
  std::visit([this](auto& c) { perform(c); }, command);
}

void fake_storage::perform(page_out& c) {
  demand(!c.entries.empty(), "empty page_out");
  for (std::size_t i = 0; i < c.entries.size(); ++i) {
    queue_entry& e = c.entries[i];
    demand(bool(e.message), "page_out without a message");
    if (i > 0) {
      const queue_entry& before = c.entries[i - 1];
      demand(std::pair(before.lane, before.at) < std::pair(e.lane, e.at), "page_out not ascending");
    }
    const bool is_new =
        on_disk_.emplace(e.at, stored{e.message, e.enqueued_ms, e.lane, (e.flags & queue_entry::persistent) != 0}).second;
    demand(is_new, "written twice: " + std::to_string(e.at));
  }
  answers_.push_back(paged_answer{c.token});
}

void fake_storage::perform(ack_command& c) {
  for (const position at : c.positions) {
    demand(on_disk_.erase(at) == 1, "disk_ack of what is not on disk: " + std::to_string(at));
    acked_.insert(at);
  }
}

void fake_storage::perform(load_request& c) {
  loaded_answer answer{c.lane, {}, false};
  std::uint64_t bytes = 0;
  for (auto i = on_disk_.lower_bound(c.from); i != on_disk_.end() && i->first <= c.to; ++i) {
    const stored& s = i->second;
    if (s.lane != c.lane) continue;
    if (!answer.messages.empty() &&
        (answer.messages.size() >= c.max_messages || bytes + s.message->record_bytes > c.max_bytes)) {
      answer.more = true;
      break;
    }
    bytes += s.message->record_bytes;
    answer.messages.push_back({s.message, i->first, s.enqueued_ms});
  }
  answers_.push_back(std::move(answer));
}

void fake_storage::perform(purge_command& c) {
  for (const position at : c.keep) demand(on_disk_.count(at) != 0, "purge keeps what is not on disk: " + std::to_string(at));
  const std::set<position> keep(c.keep.begin(), c.keep.end());
  for (auto i = on_disk_.begin(); i != on_disk_.end();) {
    if (keep.count(i->first) != 0) {
      ++i;
    } else {
      acked_.insert(i->first);
      i = on_disk_.erase(i);
    }
  }
}

void fake_storage::answer_next(queue_machine& to, time_ms now, queue_effects& out) {
  auto answer = std::move(answers_.front());
  answers_.pop_front();
  if (auto* paged = std::get_if<paged_answer>(&answer)) {
    to.paged_out(paged->token, out);
  } else {
    auto& loaded = std::get<loaded_answer>(answer);
    loads_under_way_.erase(loaded.lane);
    to.loaded(loaded.lane, loaded.messages, loaded.more, now, out);
  }
}

std::map<position, fake_storage::stored> fake_storage::survivors() const {
  std::map<position, stored> result;
  for (const auto& [at, record] : log_)
    if (acked_.count(at) == 0) result.emplace(at, record.second);
  for (const auto& [at, record] : on_disk_)
    if (record.persistent && acked_.count(at) == 0) result.emplace(at, record);
  return result;
}

recovered_queue fake_storage::restart(position next_position, position redelivered_upto) {
  while (has_commands()) perform_next();
  on_disk_ = survivors();
  answers_.clear();
  loads_under_way_.clear();
  log_.clear();
  oldest_file_ = ++current_file_;
  recovered_queue found;
  found.next_position = next_position;
  found.redelivered_upto = redelivered_upto;
  std::map<std::uint8_t, disk_range> lanes;
  for (const auto& [at, record] : on_disk_) {
    disk_range& range = lanes[record.lane];
    if (range.messages == 0) range.first = at;
    range.lane = record.lane;
    range.last = at;
    ++range.messages;
    range.body_bytes += record.message->body_bytes;
  }
  for (const auto& [lane, range] : lanes) found.ranges.push_back(range);
  return found;
}

}  // namespace warren::testing
