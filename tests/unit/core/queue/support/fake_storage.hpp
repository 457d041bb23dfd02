#pragma once

#include <deque>
#include <map>
#include <set>
#include <variant>
#include <vector>

#include "core/queue/queue_machine.hpp"

namespace warren::testing {

/// The log and the segment store of one queue, as the machine may assume them: each performs what it was sent in order and
/// answers in order, at a time of its own. Complains (throws) about whatever the real ones could not make sense of.
class fake_storage {
 public:
  struct stored {
    message_ref message;
    time_ms enqueued_ms = 0;
    std::uint8_t lane = 0;
    bool persistent = false;
  };

  /// Takes the storage effects; the caller performs the others and clears.
  void take(queue_effects& effects);

  // ---- the store
  [[nodiscard]] bool has_commands() const { return !commands_.empty(); }
  void perform_next();
  [[nodiscard]] bool has_answers() const { return !answers_.empty(); }
  void answer_next(queue_machine& to, time_ms now, queue_effects& out);
  [[nodiscard]] bool loading(std::uint8_t lane) const { return loads_under_way_.count(lane) != 0; }
  [[nodiscard]] const std::map<position, stored>& on_disk() const { return on_disk_; }

  // ---- the log
  [[nodiscard]] position appended_upto() const { return appended_upto_; }
  void roll_over() { ++current_file_; }
  [[nodiscard]] std::uint64_t oldest_file() const { return oldest_file_; }
  [[nodiscard]] std::uint64_t current_file() const { return current_file_; }

  /// What a recovery would find: not acknowledged anywhere, in the log or in segments.
  [[nodiscard]] std::map<position, stored> survivors() const;
  /// The process died: what was not performed yet is performed (the actors' mailboxes are not the subject here), answers are
  /// lost, transient messages are gone, the log is empty afterwards.
  recovered_queue restart(position next_position, position redelivered_upto);

 private:
  struct ack_command {
    std::vector<position> positions;
  };
  struct purge_command {
    std::vector<position> keep;
  };
  struct paged_answer {
    std::uint64_t token;
  };
  struct loaded_answer {
    std::uint8_t lane;
    std::vector<loaded_message> messages;
    bool more;
  };

  void perform(page_out& c);
  void perform(ack_command& c);
  void perform(load_request& c);
  void perform(purge_command& c);

  std::deque<std::variant<page_out, ack_command, load_request, purge_command>> commands_;
  std::deque<std::variant<paged_answer, loaded_answer>> answers_;
  std::map<position, stored> on_disk_;
  std::set<std::uint8_t> loads_under_way_;

  std::map<position, std::pair<std::uint64_t, stored>> log_;  // with the file it is in
  std::set<position> acked_;                                  // in log or ack file
  position appended_upto_ = 0;
  std::uint64_t current_file_ = 1, oldest_file_ = 1;
};

}  // namespace warren::testing
