#include "actors/storage/store_actor.hpp"

#include <algorithm>

#include "storage/metadata_snapshot.hpp"
#include "storage/recovery.hpp"

namespace warren::actors {
namespace {
constexpr std::uint64_t zeroed_at_once = 2u << 20;  ///< 5 ms: nobody's load waits longer for it
struct store_zero_more {};
}  // namespace
}  // namespace warren::actors
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::store_zero_more)

namespace warren::actors {

store_actor::store_actor(caf::actor_config& config, std::shared_ptr<storage::segment_store> store,
                         std::shared_ptr<storage::data_directory> directory, fatal_handler fatal, damage_handler damage)
    : caf::event_based_actor(config),
      store_(std::move(store)),
      directory_(std::move(directory)),
      fatal_(std::move(fatal)),
      damage_(std::move(damage)) {
  store_->on_damage = damage_;
  set_exception_handler([this](std::exception_ptr& thrown) -> caf::error {
    try {
      if (!failed_) std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      fatal_(std::string("the segment store failed: ") + e.what());
    } catch (...) {
      fatal_("the segment store failed");
    }
    return caf::exit_reason::unhandled_exception;
  });
}

void store_actor::on_exit() {  // each of the two holds the other
  log_ = nullptr;
}

caf::behavior store_actor::make_behavior() {
  return {
      [this](store_page_out& wanted) { on_page_out(wanted); },
      [this](const store_load& wanted) { on_load(wanted); },
      [this](const store_ack& acked) {
        require(store_->ack(acked.queue, acked.positions));
        end_soon();
      },
      [this](const storage_end_of_batch&) { end_of_batch(); },
      [this](const store_purge& wanted) {
        require(store_->purge(wanted.queue, wanted.keep));
        end_soon();
      },
      [this](const store_delete& wanted) {
        require(store_->forget(wanted.queue));
        closed_.queues.erase(wanted.queue);
      },
      [this](const store_close& wanted) {
        closed_.queues[wanted.queue] = {wanted.next_position, wanted.highest_delivered};
      },
      [this](const store_snapshot& wanted) { on_snapshot(wanted); },
      [this](const store_barrier& wanted) {
        barriers_.push_back(wanted.file);
        end_soon();
      },
      [this](const store_recover_queue& wanted) {
        auto answer = make_response_promise<recovered_queue>();
        recovering_.push_back({wanted, answer});
        end_soon();
        return answer;
      },
      [this](store_make_spare& wanted) {
        zeroing_ = std::make_unique<zeroing>();
        zeroing_->wanted = std::move(wanted);
        zero_a_piece();
      },
      [this](const store_zero_more&) { zero_a_piece(); },
      [this](store_attach_log& attached) { log_ = std::move(attached.log); },
      [this](const store_stop& wanted) { on_stop(wanted); },
      [this](const storage_get_statistics&) {
        const auto& c = store_->count();
        store_statistics s;
        s.queues = store_->queues();
        s.segments = c.segments;
        s.segment_bytes = c.segment_bytes;
        s.open_files = store_->open_files();
        s.page_outs = c.page_outs;
        s.messages_out = c.messages_out;
        s.bytes_out = c.bytes_out;
        s.loads = c.loads;
        s.messages_in = c.messages_in;
        s.bytes_in = c.bytes_in;
        s.syncs = c.syncs;
        s.acks = c.acks;
        return s;
      },
  };
}

void store_actor::require(const status& s) {
  if (s.ok()) return;
  failed_ = true;
  fatal_("the segment store cannot keep its promises: " + s.failure().text);
  throw std::runtime_error(s.failure().text);  // only a test's handler returns
}

void store_actor::on_page_out(store_page_out& wanted) {
  if (stopped_) return;
  require(store_->page_out(wanted.queue, wanted.entries, wanted.durable_queue));
  owed done{std::move(wanted.reply_to), {wanted.queue, wanted.token}};
  if (!wanted.durable || !wanted.durable_queue) {
    anon_send(done.to, done.done);
    return;
  }
  owed_.push_back(std::move(done));
  end_soon();
}

void store_actor::on_load(const store_load& wanted) {
  auto loaded = store_->load(wanted.queue, wanted.request);
  if (!loaded.ok()) return require(loaded.failure());
  anon_send(wanted.reply_to,
            store_loaded{wanted.queue, wanted.request.lane, std::move(loaded->messages), loaded->more_in_range});
}

void store_actor::on_snapshot(const store_snapshot& wanted) {
  require(storage::write_metadata_snapshot(directory_->files(), directory_->path(), {wanted.index, wanted.bytes}));
  anon_send(log_, log_snapshot_covers{wanted.index});
  if (wanted.reply_to) anon_send(wanted.reply_to, store_snapshot_written{wanted.index});
}

/// A vhost that restarts has many queues that ask at once: the log is read once for all of them.
void store_actor::recover_queues() {
  std::vector<storage::restarted_queue> queues;
  log_file_id oldest{~std::uint64_t{0}}, newest;
  for (const recovering& r : recovering_) {
    queues.push_back({r.wanted.queue, directory_->position_after_restart(++restarts_), {}});
    oldest = std::min(oldest, r.wanted.oldest);
    newest = std::max(newest, r.wanted.newest);
  }
  std::vector<std::string> notes;
  const status done = storage::recover_running_queues(*store_, *directory_, queues, oldest, newest, notes);
  for (const std::string& n : notes) damage_(n);
  if (!done.ok()) damage_(done.failure().text);
  for (std::size_t i = 0; i < queues.size(); ++i) {
    if (!done.ok()) {
      recovering_[i].answer.deliver(caf::make_error(caf::sec::runtime_error, done.failure().text));
      continue;
    }
    if (recovering_[i].wanted.newest) anon_send(log_, log_released{queues[i].queue, recovering_[i].wanted.newest});
    recovering_[i].answer.deliver(std::move(queues[i].found));
  }
  recovering_.clear();
}

/// A file of written blocks for the log: syncs on it cost half of what they cost on new blocks.
void store_actor::zero_a_piece() {
  zeroing& z = *zeroing_;
  if (!z.file) {
    auto opened = directory_->files().open(z.wanted.path, storage::open_mode::create_new);
    if (!opened.ok()) return require(opened.failure());
    z.file = std::move(opened).value();
  }
  static const std::string zeros(zeroed_at_once, '\0');
  const std::uint64_t bytes = std::min(zeroed_at_once, z.wanted.bytes - z.done);
  require(z.file->write_at(z.done, zeros.data(), bytes));
  require(z.file->sync_data());
  z.done += bytes;
  if (z.done < z.wanted.bytes) {
    send(this, store_zero_more{});
    return;
  }
  require(directory_->files().sync_directory(directory_->log_path()));
  anon_send(log_, log_spare_ready{z.wanted.slot, z.wanted.bytes});
  zeroing_.reset();
}

void store_actor::end_soon() {
  if (!std::exchange(end_under_way_, true)) send(this, storage_end_of_batch{});
}

void store_actor::end_of_batch() {
  end_under_way_ = false;
  if (stopped_) return;
  if (!recovering_.empty()) recover_queues();
  require(store_->flush_acks());
  for (auto& d : store_->take_dropped()) anon_send(log_, log_segment_dropped{d.queue, std::move(d.ranges)});
  if (owed_.empty() && barriers_.empty()) return;
  require(store_->sync());
  for (owed& o : owed_) anon_send(o.to, o.done);
  owed_.clear();
  for (const log_file_id file : barriers_) anon_send(log_, store_barrier_passed{file});
  barriers_.clear();
}

void store_actor::on_stop(const store_stop& wanted) {
  end_of_batch();
  stopped_ = true;
  require(store_->close_all());
  const bool complete = std::all_of(wanted.queues_in_log.begin(), wanted.queues_in_log.end(),
                                    [this](queue_id q) { return closed_.queues.contains(q); });
  closed_.log_file = wanted.log_file;
  closed_.metadata_covered = wanted.metadata_covered;
  // A queue that had no actor just now has messages that only the log holds: then the next start replays it.
  if (complete) require(storage::write_clean_stop(*directory_, closed_));
  anon_send(log_, store_stopped{});
}

}  // namespace warren::actors
