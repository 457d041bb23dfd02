#include "storage/raft_replay.hpp"

#include <algorithm>
#include <unordered_set>

#include "storage/raft_records.hpp"

namespace warren::storage {
namespace {

using group_state = raft_in_log::group;

std::string name_of(raft_group_id group) { return "Raft group " + std::to_string(group.value); }

void cut(group_state& g, raft::log_index from) {
  auto& entries = g.found.state.entries;
  while (!entries.empty() && entries.back().at >= from) entries.pop_back();
  for (auto f = g.files.begin(); f != g.files.end();) {
    f->second = std::min(f->second, from - 1);
    f = f->second == 0 ? g.files.erase(f) : std::next(f);
  }
}

/// What the snapshot has goes from the log. False: entries between the two are missing.
bool put_over_snapshot(group_state& g) {
  raft::durable_state& state = g.found.state;
  const raft::log_index at = state.snapshot.at;
  if (state.entries.empty()) return true;
  const auto same =
      std::find_if(state.entries.begin(), state.entries.end(), [at](const auto& e) { return e.at == at; });
  const bool begins_behind = state.entries.front().at == at + 1;
  if (same != state.entries.end() && same->term == state.snapshot.term) {
    state.entries.erase(state.entries.begin(), same + 1);
  } else if (state.entries.front().at > at + 1) {
    return false;
  } else if (!begins_behind) {  // it was received, for this log does not agree with it (paper, figure 13)
    state.entries.clear();
    g.void_log = true;
  }
  std::erase_if(g.files, [&](const auto& f) { return f.second <= at || g.void_log; });
  return true;
}

}  // namespace

result<raft_in_log> replay_raft(const log_content& log, raft_snapshots& snapshots, bool accept_damage,
                                std::vector<std::string>& notes) {
  raft_in_log out;
  std::unordered_set<std::uint64_t> broken;  // a part of their log is missing
  const auto missing = [&](raft_group_id group, const std::string& what) -> status {
    std::string text = name_of(group) + ": " + what;
    if (!accept_damage)
      return fail(reply_code::internal_error,
                  text +
                      ". What it has agreed on may be affected, so the node does not start. Restore the "
                      "data directory from a copy, or remove this node from the cluster and let it join anew");
    notes.push_back(text + "; the rest of its log is left out: remove this node from the cluster and let it join anew");
    return success{};
  };

  auto on_disk = snapshots.groups_on_disk();
  if (!on_disk.ok()) return on_disk.failure();
  for (const raft_group_id group : *on_disk) {
    auto snapshot = snapshots.read(group);
    if (!snapshot.ok()) return snapshot.failure();
    if (!snapshot->has_value()) continue;
    recovered_group& found = out.groups[group].found;
    found.state.snapshot = std::move((*snapshot)->meta);
    found.blob = std::move((*snapshot)->blob);
  }

  for (const log_file_content& f : log.files) {
    status problem = success{};
    const status walked = f.for_each([&](log_entry type, char* payload, std::size_t bytes) {
      if (!is_raft(type)) return true;
      auto r = decode_raft_record(type, {payload, bytes});
      if (!r) return false;
      group_state& g = out.groups[r->group];
      auto& entries = g.found.state.entries;
      g.gone = false;
      switch (type) {
        case log_entry::raft_vote: g.found.state.vote = r->vote; return true;
        case log_entry::raft_truncate: cut(g, r->at); return true;
        case log_entry::raft_install:
          cut(g, 1);
          broken.erase(r->group.value);
          return true;
        case log_entry::raft_gone:  // unless it comes back: then a snapshot is of its new life
          cut(g, 1);
          g.found.state.vote = {};
          g.gone = true;
          broken.erase(r->group.value);
          return true;
        default: break;
      }
      if (r->entries.empty() || broken.contains(r->group.value)) return true;
      const raft::log_index first = r->entries.front().at;
      if (!entries.empty() && first <= entries.back().at) cut(g, first);
      if (!entries.empty() && first != entries.back().at + 1) {
        if (first <= g.found.state.snapshot.at + 1) {  // what is missing is in the snapshot
          cut(g, 1);
        } else {
          broken.insert(r->group.value);
          problem = missing(r->group, f.path + " has its entry " + std::to_string(first) + ", but not the one after " +
                                          std::to_string(entries.back().at));
          return problem.ok();
        }
      }
      g.files[f.header.file_id] = r->entries.back().at;
      std::move(r->entries.begin(), r->entries.end(), std::back_inserter(entries));
      return true;
    });
    if (!problem.ok()) return problem.failure();
    if (!walked.ok()) return walked.failure();
  }

  for (auto g = out.groups.begin(); g != out.groups.end();) {
    if (status s = g->second.gone ? snapshots.remove_group(g->first) : snapshots.remove_older(g->first, {}); !s.ok())
      return s.failure();
    g = g->second.gone ? out.groups.erase(g) : std::next(g);
  }
  for (auto& [id, g] : out.groups) {
    const raft::log_index begins = g.found.state.entries.empty() ? 0 : g.found.state.entries.front().at;
    if (put_over_snapshot(g)) continue;
    if (status s = missing(id, "its snapshot has the entries up to " + std::to_string(g.found.state.snapshot.at) +
                                   ", but its log begins with entry " + std::to_string(begins));
        !s.ok())
      return s.failure();
    g.found.state.entries.clear();
    g.void_log = true;
  }
  return out;
}

}  // namespace warren::storage
