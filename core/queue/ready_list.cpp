#include "core/queue/ready_list.hpp"

namespace warren {

lane& ready_list::touch_other(std::uint8_t number) {
  if (others_.size() < number) others_.resize(number);
  auto& slot = others_[number - 1];
  if (!slot) slot = std::make_unique<lane>();
  if (number > highest_) highest_ = number;
  return *slot;
}

void ready_list::emptied(std::uint8_t number) {
  if (number != highest_) return;
  while (highest_ > 0 && (others_[highest_ - 1] == nullptr || others_[highest_ - 1]->count() == 0)) --highest_;
}

void ready_list::recount_lanes() {
  highest_ = static_cast<std::uint32_t>(others_.size());
  emptied(static_cast<std::uint8_t>(highest_));
}

}  // namespace warren
