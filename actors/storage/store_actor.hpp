#pragma once

#include <caf/all.hpp>
#include <memory>
#include <vector>

#include "actors/storage/fatal_error.hpp"
#include "actors/storage/storage_messages.hpp"
#include "storage/data_directory.hpp"
#include "storage/segment_store.hpp"

namespace warren::actors {

/// Reports damage that was met: one line with file and offset.
using damage_handler = std::function<void(const std::string& what)>;

/// All queues' segments on a thread of its own (spawn detached), beside the log: what it reads and writes never delays a
/// confirm. Syncs and ack files are done once for everything that is in the mailbox.
class store_actor : public caf::event_based_actor {
 public:
  store_actor(caf::actor_config& config, std::shared_ptr<storage::segment_store> store,
              std::shared_ptr<storage::data_directory> directory, fatal_handler fatal, damage_handler damage);
  const char* name() const override { return "store"; }

 protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  struct owed {
    caf::actor to;
    store_paged_out done;
  };
  struct recovering {
    store_recover_queue wanted;
    caf::typed_response_promise<recovered_queue> answer;
  };
  struct zeroing {
    store_make_spare wanted;
    std::unique_ptr<storage::file> file;
    std::uint64_t done = 0;
  };

  void on_page_out(store_page_out& wanted);
  void on_load(const store_load& wanted);
  void on_snapshot(const store_snapshot& wanted);
  void on_stop(const store_stop& wanted);
  void recover_queues();
  void zero_a_piece();
  void end_soon();
  void end_of_batch();
  void require(const status& s);

  std::shared_ptr<storage::segment_store> store_;
  std::shared_ptr<storage::data_directory> directory_;
  fatal_handler fatal_;
  damage_handler damage_;
  caf::actor log_;
  std::vector<owed> owed_;      ///< page outs that are answered after the next sync
  std::vector<log_file_id> barriers_;
  std::vector<recovering> recovering_;
  storage::clean_stop closed_;
  std::unique_ptr<zeroing> zeroing_;
  std::uint64_t restarts_ = 0;
  bool end_under_way_ = false;
  bool stopped_ = false;
  bool failed_ = false;
};

}  // namespace warren::actors
