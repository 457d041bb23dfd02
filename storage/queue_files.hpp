#pragma once

#include "storage/segment_store.hpp"

namespace warren::storage {

/// What the store knows of one queue that has segments. Private to segment_store*.cpp.
struct segment_store::queue_files {
  queue_files(queue_id q, std::string dir, std::uint64_t incarnation, bool is_durable)
      : id(q), directory(std::move(dir)), durable(is_durable), acks(directory, incarnation, q.value) {}

  [[nodiscard]] lane_index& lane(std::uint8_t wanted) {
    for (auto& [number, index] : lanes)
      if (number == wanted) return *index;
    lanes.emplace_back(wanted, std::make_unique<lane_index>());
    return *lanes.back().second;
  }
  [[nodiscard]] lane_index* find_lane(std::uint8_t wanted) {
    for (auto& [number, index] : lanes)
      if (number == wanted) return index.get();
    return nullptr;
  }

  queue_id id;
  std::string directory;
  bool durable;
  bool has_directory = false;
  std::vector<std::pair<std::uint8_t, std::unique_ptr<lane_index>>> lanes;
  std::vector<std::unique_ptr<segment>> segments;
  ack_file acks;
  position_ranges pending_acks;
  bool ack_pending = false;       ///< stands in segment_store::pending_acks_
  bool some_segment_died = false;
  std::uint64_t compact_above = 0;  ///< bytes of the ack file
  position highest = 0;
};

}  // namespace warren::storage
