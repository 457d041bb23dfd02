#pragma once

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "storage/recovery.hpp"
#include "storage/simulated_file_system.hpp"

namespace warren::storage {

/// What a node was told and what it answered, kept outside the machine that crashes.
struct ledger_of_promises {
  struct entry {
    std::string body;
    std::uint8_t lane = 0;
    time_ms enqueued_ms = 0;
    bool persistent = false;
    bool confirmed = false;    ///< the log said it is synced
    bool ack_sent = false;     ///< told to log or store: may or may not have arrived
    bool ack_settled = false;  ///< the log synced the ack, or a clean stop did: must not come back
  };
  std::map<queue_id, std::map<position, entry>> queues;
  std::map<queue_id, position> next_position;
  std::set<queue_id> deleted;
  std::vector<std::string> commands;      ///< all ever appended
  std::size_t commands_synced = 0;
  bool exact = false;                     ///< stopped cleanly: what is found must be precisely what lives
};

/// Plays queues, log actor and store actor on one thread, at random, on a file system that may crash. Every step returns
/// false once something failed, as the process would end.
using clean_stop_data = struct clean_stop;

class model_node {
 public:
  model_node(simulated_file_system& fs, ledger_of_promises& promises, std::uint64_t seed)
      : fs_(fs), promises_(promises), random_(seed) {}

  /// Recovers, and checks every promise. Empty: all kept. `state` tells what was found, to compare recoveries.
  [[nodiscard]] std::string start(std::string* state = nullptr);
  [[nodiscard]] bool step();
  [[nodiscard]] bool clean_stop();
  [[nodiscard]] const std::string& failure() const { return failure_; }  ///< an I/O error, as expected
  [[nodiscard]] const std::string& broken() const { return broken_; }    ///< a promise, as never expected
  [[nodiscard]] static storage_options options();

 private:
  struct held {  ///< a message in the queue's memory
    message_ref message;
    bool in_log = false;
  };
  struct live_queue {
    std::map<position, held> memory;
    std::set<position> on_disk;
  };

  bool ok(const status& s);
  template <class T>
  bool ok(const result<T>& r) {
    return r.ok() || ok(status(r.failure()));
  }
  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random_() % n); }
  queue_id some_queue();
  ledger_of_promises::entry& promise(queue_id q, position p) { return promises_.queues[q][p]; }
  queue_entry entry_of(queue_id q, position p);

  bool publish();
  bool commit();
  bool ack();
  bool page_out();
  bool page_out(queue_id q, const std::vector<position>& which, bool durable);
  bool load_and_compare();
  bool purge();
  bool remove_queue();
  bool restart_queue();
  bool metadata();
  bool end_of_batch();
  bool look_after_log();
  std::string compare(const recovered_node& found, std::string* state);
  std::string load_all(queue_id q, std::map<position, std::string>& out, std::vector<disk_range> ranges);

  simulated_file_system& fs_;
  ledger_of_promises& promises_;
  std::mt19937_64 random_;
  std::unique_ptr<data_directory> directory_;
  std::unique_ptr<write_ahead_log> log_;
  std::unique_ptr<segment_store> store_;
  std::map<queue_id, live_queue> queues_;
  std::vector<std::pair<queue_id, position>> uncommitted_, uncommitted_acks_;
  bool wants_sync_ = false;
  std::uint64_t restarts_ = 0;
  block_builder builder_{2048};
  time_ms now_ = 1'700'000'000'000;
  clean_stop_data clean_stop_table_;
  std::string failure_, broken_;
};

}  // namespace warren::storage
