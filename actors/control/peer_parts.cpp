#include "actors/control/peer_parts.hpp"

#include <algorithm>

namespace warren::actors {

namespace {
constexpr std::size_t header_bytes = 10;
}

std::vector<std::string> cut_into_parts(peer_part::kind what, std::uint64_t number, std::string_view text) {
  std::vector<std::string> parts;
  constexpr std::size_t room = peer_part::max_bytes - header_bytes;
  do {
    const std::string_view piece = text.substr(0, room);
    text.remove_prefix(piece.size());
    std::string part;
    part.reserve(header_bytes + piece.size());
    part += static_cast<char>(what);
    part += text.empty() ? '\1' : '\0';
    for (int shift = 56; shift >= 0; shift -= 8) part += static_cast<char>(number >> shift);
    part += piece;
    parts.push_back(std::move(part));
  } while (!text.empty());
  return parts;
}

std::optional<peer_text> peer_assembly::add(std::string_view part) {
  if (part.size() < header_bytes) return std::nullopt;
  const auto what = static_cast<peer_part::kind>(part[0]);
  if (what != peer_part::kind::request && what != peer_part::kind::answer) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 2; i < header_bytes; ++i) number = number << 8 | static_cast<unsigned char>(part[i]);
  const bool last = part[1] != 0;
  part.remove_prefix(header_bytes);
  std::string& text = open_[{what, number}];
  if (bytes_ + part.size() > most_bytes) {
    bytes_ -= text.size();
    open_.erase({what, number});
    return std::nullopt;
  }
  bytes_ += part.size();
  text += part;
  if (!last) return std::nullopt;
  peer_text whole{what, number, std::move(text)};
  bytes_ -= whole.text.size();
  open_.erase({what, number});
  return whole;
}

}  // namespace warren::actors
