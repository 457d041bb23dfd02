#include <algorithm>

#include "storage/raft_records.hpp"
#include "storage/write_ahead_log.hpp"

// Raft groups in the log. A file needs to stay for a group while it has entries that no snapshot covers. Its vote is
// small and is never covered by anything: it is written again when the file that has it goes, in front of the entry
// that says so.

namespace warren::storage {

void write_ahead_log::append_numbers(log_entry type, std::initializer_list<std::uint64_t> numbers) {
  const std::size_t header_at = buffer_.size();
  begin_entry(type);
  for (const std::uint64_t n : numbers) buffer_.append(reinterpret_cast<const char*>(&n), sizeof n);
  end_entry(header_at);
}

void write_ahead_log::append_vote(std::uint64_t group, const raft::hard_state& vote) {
  append_numbers(log_entry::raft_vote, {group, vote.term, vote.voted_for});
  votes_[group] = {vote, 0};
  pending_votes_.push_back(group);
}

void write_ahead_log::append_raft(raft_group_id group, const raft::log_write& write) {
  wants_sync_ = true;
  if (write.vote) append_vote(group.value, *write.vote);
  if (write.install) {
    append_numbers(log_entry::raft_install, {group.value, write.install->at, write.install->term});
    void_raft_entries(group.value, 1);
  }
  if (write.truncate_from != 0) {
    append_numbers(log_entry::raft_truncate, {group.value, write.truncate_from});
    void_raft_entries(group.value, write.truncate_from);
  }
  std::span<const raft::entry> left = write.entries;
  while (!left.empty()) {
    std::size_t count = 1, bytes = left[0].size();
    while (count < left.size() && bytes + left[count].size() <= raft_entries_per_record_bytes)
      bytes += left[count++].size();
    const std::size_t header_at = buffer_.size();
    begin_entry(log_entry::raft_entries);
    encode_raft_entries(group, left.first(count), buffer_);
    end_entry(header_at);
    counters_.raft_entries += count;
    pending_groups_[group.value] = left[count - 1].at;
    left = left.subspan(count);
  }
}

void write_ahead_log::append_raft_gone(raft_group_id group) {
  append_numbers(log_entry::raft_gone, {group.value});
  void_raft_entries(group.value, 1);
  votes_.erase(group.value);
  std::erase(pending_votes_, group.value);
  wants_sync_ = true;
}

/// Entries from there on need no file any more.
void write_ahead_log::void_raft_entries(std::uint64_t group, raft::log_index from) {
  const auto cut = [group, from](auto& groups) {
    const auto g = groups.find(group);
    if (g == groups.end()) return;
    g->second = std::min(g->second, from - 1);
    if (g->second == 0) groups.erase(g);
  };
  for (log_file& f : files_) cut(f.groups);
  cut(pending_groups_);
}

void write_ahead_log::raft_snapshot_covers(raft_group_id group, raft::log_index upto) {
  const auto release = [group, upto](auto& groups) {
    const auto g = groups.find(group.value);
    if (g != groups.end() && g->second <= upto) groups.erase(g);
  };
  for (log_file& f : files_) release(f.groups);
  release(pending_groups_);
}

std::vector<raft_group_id> write_ahead_log::take_raft_snapshot_requests() {
  std::vector<raft_group_id> out;
  if (!std::exchange(raft_snapshots_due_, false)) return out;
  const std::size_t full = files_.size() - 1;
  std::unordered_set<std::uint64_t> seen;
  for (std::size_t i = 0; i + options_.full_log_files_kept < full; ++i)
    for (const auto& [group, upto] : files_[i].groups)
      if (seen.insert(group).second) out.push_back(raft_group_id{group});
  std::sort(out.begin(), out.end());
  return out;
}

void write_ahead_log::keep_votes() {
  std::vector<std::uint64_t> lost;
  for (const auto& [group, v] : votes_)
    if (v.file != 0 && v.file < oldest_live_) lost.push_back(group);
  std::sort(lost.begin(), lost.end());
  for (const std::uint64_t group : lost) append_vote(group, raft::hard_state(votes_[group].vote));
}

}  // namespace warren::storage
