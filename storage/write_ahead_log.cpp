#include "storage/write_ahead_log.hpp"

#include <algorithm>
#include <cstring>

#include "storage/crc32c.hpp"
#include "storage/frame.hpp"

namespace warren::storage {
namespace {

constexpr std::size_t buffer_kept = 8u << 20;  ///< a burst's larger buffer is given back
constexpr std::size_t spares_kept = 3;

void put_u64(std::string& out, std::uint64_t v) { out.append(reinterpret_cast<const char*>(&v), sizeof v); }
void pad(std::string& out) { out.append(pad8(out.size()) - out.size(), '\0'); }

}  // namespace

write_ahead_log::write_ahead_log(file_system& fs, std::string directory, const storage_options& options, beginning b)
    : fs_(fs),
      directory_(std::move(directory)),
      options_(options),
      incarnation_(b.incarnation),
      start_(b.start),
      buffer_(sizeof_frame_header, '\0'),
      files_(std::make_move_iterator(b.old.begin()), std::make_move_iterator(b.old.end())),
      next_file_(b.next_file),
      next_slot_(b.next_slot),
      queues_from_(b.queues_from),
      last_file_(std::move(b.last_file)),
      spares_(std::move(b.spares)),
      last_metadata_(b.last_metadata),
      covered_(b.covered) {
  oldest_live_ = files_.empty() ? next_file_ : files_.front().id;
  for (const auto& [group, vote] : b.votes) votes_[group] = {vote, oldest_live_};  // at least as new: written again too early
}

result<std::unique_ptr<write_ahead_log>> write_ahead_log::open(file_system& fs, std::string directory,
                                                               const storage_options& options, beginning b) {
  std::unique_ptr<write_ahead_log> log(new write_ahead_log(fs, std::move(directory), options, std::move(b)));
  if (status s = log->start_file(0); !s.ok()) return s.failure();
  if (status s = log->handle_->sync_data(); !s.ok()) return s.failure();
  return log;
}

// ---- collecting

void write_ahead_log::append(queue_id queue, std::span<const queue_entry> entries) {
  if (entries.empty()) return;
  items_.clear();
  for (const queue_entry& e : entries) items_.push_back({e.message.get(), e.at, e.enqueued_ms, e.lane});
  std::span<const run_item> left = items_;
  while (!left.empty()) {
    const auto run = left.first(run_length(left, true));
    const std::size_t header_at = buffer_.size();
    begin_entry(log_entry::messages);
    append_run_head(buffer_, queue, run, true);
    for (std::size_t i = 0; i < run.size();) {
      // neighbours in a block are neighbours in memory: one copy for all of them
      const char* from = reinterpret_cast<const char*>(run[i].record);
      const char* to = from;
      for (; i < run.size() && reinterpret_cast<const char*>(run[i].record) == to; ++i) to += run[i].record->record_bytes;
      buffer_.append(from, static_cast<std::size_t>(to - from));
    }
    end_entry(header_at);
    left = left.subspan(run.size());
  }
  counters_.messages += entries.size();
  wants_sync_ = true;
  last_file_.try_emplace(queue.value, 0);  // which file the records end up in is known at commit
  if (pending_queues_.empty() || pending_queues_.back() != queue.value) pending_queues_.push_back(queue.value);
}

void write_ahead_log::append_acks(queue_id queue, const position_ranges& acks) {
  if (acks.empty() || !knows(queue)) return;
  const std::size_t header_at = buffer_.size();
  begin_entry(log_entry::acks);
  put_u64(buffer_, queue.value);
  encode_ranges(acks, buffer_);
  pad(buffer_);
  end_entry(header_at);
  for (const auto& [first, last] : acks) counters_.acks += last - first + 1;
}

std::uint64_t write_ahead_log::append_metadata(bytes_view command) {
  const std::size_t header_at = buffer_.size();
  begin_entry(log_entry::metadata);
  put_u64(buffer_, ++last_metadata_);
  put_u64(buffer_, command.size());
  buffer_.append(command);
  pad(buffer_);
  end_entry(header_at);
  wants_sync_ = true;
  ++counters_.metadata_commands;
  return last_metadata_;
}

char* write_ahead_log::begin_entry(log_entry type) {
  log_entry_header h;
  h.type = type;
  buffer_.append(reinterpret_cast<const char*>(&h), sizeof h);
  return buffer_.data();
}

void write_ahead_log::end_entry(std::size_t header_at) {
  const auto length = static_cast<std::uint32_t>(buffer_.size() - header_at - sizeof(log_entry_header));
  std::memcpy(buffer_.data() + header_at, &length, sizeof length);
}

// ---- committing

status write_ahead_log::commit() {
  const std::size_t payload = pending_bytes();
  if (payload == 0) return success{};
  if (files_.back().end + buffer_.size() > files_.back().bytes)
    if (status s = start_file(buffer_.size()); !s.ok()) return s;
  log_file& to = files_.back();
  const std::uint32_t sum = crc32c(salt_, buffer_.data() + sizeof_frame_header, payload);
  const frame_header h =
      make_frame_header(salt_, log_batch_frame, static_cast<std::uint32_t>(payload), sum, sequence_++, synced_);
  std::memcpy(buffer_.data(), &h, sizeof h);
  if (status s = handle_->write_at(to.end, buffer_.data(), buffer_.size()); !s.ok()) return s;
  to.end += buffer_.size();
  to.last_metadata = last_metadata_;
  counters_.bytes += buffer_.size();
  ++counters_.commits;
  for (const std::uint64_t q : pending_queues_)
    if (std::exchange(last_file_[q], to.id) != to.id) to.queues.insert(q);
  pending_queues_.clear();
  for (const auto& [group, upto] : pending_groups_) {
    raft::log_index& last = to.groups[group];
    last = std::max(last, upto);
  }
  pending_groups_.clear();
  for (const std::uint64_t group : pending_votes_)
    if (const auto v = votes_.find(group); v != votes_.end()) v->second.file = to.id;
  pending_votes_.clear();
  retiring_.insert(retiring_.end(), condemned_.begin(), condemned_.end());
  condemned_.clear();
  if (buffer_.capacity() > buffer_kept) std::string().swap(buffer_);
  buffer_.assign(sizeof_frame_header, '\0');
  if (!std::exchange(wants_sync_, false)) return success{};
  return sync();
}

status write_ahead_log::sync() {
  if (synced_ == files_.back().end) return success{};
  if (status s = handle_->sync_data(); !s.ok()) return s;
  synced_ = files_.back().end;
  ++counters_.syncs;
  return retire();
}

result<std::unique_ptr<file>> write_ahead_log::fresh_file(std::uint64_t bytes, log_spare& made) {
  made = {next_slot_++, bytes};
  auto opened = fs_.open(path_of(made.slot), open_mode::create_new);
  if (!opened.ok()) return opened;
  if (bytes <= options_.first_log_file_bytes) {  // small: write its blocks at once
    const std::string zeros(bytes, '\0');
    if (status s = opened.value()->write_at(0, zeros.data(), zeros.size()); !s.ok()) return s.failure();
  } else if (status s = opened.value()->allocate(bytes); !s.ok()) {
    return s.failure();
  }
  if (status s = fs_.sync_directory(directory_); !s.ok()) return s.failure();  // its blocks go with the first commit
  return opened;
}

/// The next file of the log, with room for a frame of `room` bytes: a spare one, or a new one when none is ready.
status write_ahead_log::start_file(std::uint64_t room) {
  const bool first = handle_ == nullptr;
  if (!first)
    if (status s = sync(); !s.ok()) return s;  // so that its whole content is known to be sound
  const std::uint64_t needed = log_header_bytes + room;
  const auto spare = std::find_if(spares_.begin(), spares_.end(), [&](const log_spare& s) { return s.bytes >= needed; });
  log_spare place;
  if (spare != spares_.end()) {
    place = *spare;
    spares_.erase(spare);
    auto opened = fs_.open(path_of(place.slot), open_mode::read_write);
    if (!opened.ok()) return opened.failure();
    handle_ = std::move(opened).value();
  } else {
    const std::uint64_t usual = first && files_.empty() ? options_.first_log_file_bytes : options_.log_file_bytes;
    auto made = fresh_file(std::max(usual, pad8(needed)), place);
    if (!made.ok()) return made.failure();
    handle_ = std::move(made).value();
  }
  log_file_header h;
  h.incarnation = incarnation_;
  h.file_id = next_file_++;
  h.oldest_live = oldest_live_;
  h.queues_from = queues_from_;
  h.previous_end = files_.empty() ? 0 : files_.back().end;
  h.metadata_before = files_.empty() ? last_metadata_ : files_.back().last_metadata;
  h.start = start_;
  seal(h);
  salt_ = log_salt(h);
  std::string sector(log_header_bytes, '\0');
  std::memcpy(sector.data(), &h, sizeof h);
  if (status s = handle_->write_at(0, sector.data(), sector.size()); !s.ok()) return s;
  // Before any frame: a file with frames and without a header is damaged, one without both was never begun (log_reader.cpp).
  if (!first)
    if (status s = handle_->sync_data(); !s.ok()) return s;
  log_file f;
  f.id = h.file_id;
  f.slot = place.slot;
  f.bytes = place.bytes;
  f.end = log_header_bytes;
  f.last_metadata = h.metadata_before;
  files_.push_back(std::move(f));
  sequence_ = 0;
  synced_ = 0;
  if (first) return success{};
  ++counters_.rollovers;
  const std::size_t full = files_.size() - 1;
  for (std::size_t i = 0; i + options_.full_log_files_kept < full; ++i) {
    if (std::exchange(files_[i].flush_asked, true)) continue;
    for (const std::uint64_t q : files_[i].queues) flushes_.push_back({queue_id{q}, log_file_id{files_[i].id}});
  }
  raft_snapshots_due_ = true;
  return success{};
}

// ---- dropping files

std::vector<write_ahead_log::flush_request> write_ahead_log::take_flush_requests() { return std::exchange(flushes_, {}); }

void write_ahead_log::released(queue_id queue, log_file_id file) {
  // A queue that was restarted releases the file that is being written, and may write to it again: then it holds it again.
  if (file.value >= files_.back().id)
    if (const auto last = last_file_.find(queue.value); last != last_file_.end()) last->second = 0;
  for (log_file& f : files_) {
    if (f.id > file.value) break;
    f.queues.erase(queue.value);
  }
}

void write_ahead_log::forget(queue_id queue) {
  for (log_file& f : files_) f.queues.erase(queue.value);
  last_file_.erase(queue.value);
  std::erase(pending_queues_, queue.value);
}

std::vector<queue_id> write_ahead_log::queues() const {
  std::vector<queue_id> out;
  out.reserve(last_file_.size());
  for (const auto& [id, file] : last_file_) out.push_back(queue_id{id});
  return out;
}

void write_ahead_log::snapshot_covers(std::uint64_t metadata_number) {
  covered_ = std::max(covered_, std::min(metadata_number, last_metadata_));
}

std::optional<std::uint64_t> write_ahead_log::take_snapshot_request() {
  if (files_.size() - 1 <= options_.full_log_files_kept) return std::nullopt;
  const std::uint64_t wanted = files_.front().last_metadata;
  if (wanted <= covered_ || wanted <= snapshot_asked_) return std::nullopt;
  snapshot_asked_ = last_metadata_;
  return last_metadata_;
}

std::optional<log_file_id> write_ahead_log::take_barrier_request() {
  std::uint64_t upto = 0;
  for (std::size_t i = 0; i + 1 < files_.size(); ++i) {
    if (!files_[i].queues.empty() || !files_[i].groups.empty() || files_[i].last_metadata > covered_) break;
    upto = files_[i].id;
  }
  if (upto <= barrier_asked_) return std::nullopt;
  barrier_asked_ = upto;
  return log_file_id{upto};
}

void write_ahead_log::barrier_passed(log_file_id file) {
  while (files_.size() > 1 && files_.front().id <= file.value) {
    condemned_.push_back({files_.front().slot, files_.front().bytes});
    files_.pop_front();
  }
  if (oldest_live_ == files_.front().id) return;
  oldest_live_ = files_.front().id;
  std::erase_if(last_file_, [&](const auto& q) { return q.second != 0 && q.second < oldest_live_; });
  keep_votes();
  append_numbers(log_entry::dropped, {oldest_live_});
}

/// The log says durably that these files are dropped: from now on they may be overwritten.
status write_ahead_log::retire() {
  for (const log_spare& c : retiring_) {
    const bool useful = c.bytes >= options_.log_file_bytes && c.bytes < 2 * options_.log_file_bytes;
    if (useful && spares_.size() < spares_kept) {
      spares_.push_back(c);
    } else if (status s = fs_.remove(path_of(c.slot)); !s.ok()) {
      return s;
    }
  }
  retiring_.clear();
  return success{};
}

std::optional<write_ahead_log::spare_request> write_ahead_log::take_spare_request() {
  const log_file& to = files_.back();
  if (spare_asked_ || !spares_.empty() || !retiring_.empty() || to.end < to.bytes / 4) return std::nullopt;
  spare_asked_ = true;
  const std::uint64_t slot = next_slot_++;
  return spare_request{slot, path_of(slot), options_.log_file_bytes};
}

void write_ahead_log::spare_ready(std::uint64_t slot, std::uint64_t bytes) {
  spare_asked_ = false;
  spares_.push_back({slot, bytes});
}

}  // namespace warren::storage
