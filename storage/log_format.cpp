#include "storage/log_format.hpp"

#include <cstdio>
#include <cstdlib>

#include "storage/crc32c.hpp"

namespace warren::storage {
namespace {

std::uint32_t header_sum(const log_file_header& h) {
  return crc32c(0, reinterpret_cast<const char*>(&h) + 16, sizeof h - 16);
}

}  // namespace

std::uint32_t log_salt(const log_file_header& h) {
  const std::uint64_t parts[3] = {h.incarnation, h.file_id, h.start};
  return crc32c(0x6c6f67, parts, sizeof parts);
}

void seal(log_file_header& h) {
  std::memcpy(h.magic, log_magic, sizeof h.magic);
  h.version = log_version;
  h.crc = header_sum(h);
}

std::optional<log_file_header> parse_log_header(bytes_view sector, std::uint64_t incarnation) {
  log_file_header h;
  if (sector.size() < sizeof h) return std::nullopt;
  std::memcpy(&h, sector.data(), sizeof h);
  if (std::memcmp(h.magic, log_magic, sizeof h.magic) != 0 || header_sum(h) != h.crc) return std::nullopt;
  if (h.incarnation != incarnation || h.file_id == 0) return std::nullopt;
  return h;
}

std::string log_file_name(std::uint64_t slot) {
  char name[32];
  std::snprintf(name, sizeof name, "%08llu.wal", static_cast<unsigned long long>(slot));
  return name;
}

std::optional<std::uint64_t> parse_log_file_name(std::string_view name) {
  if (name.size() < 12 || name.substr(name.size() - 4) != ".wal") return std::nullopt;
  std::uint64_t slot = 0;
  for (const char c : name.substr(0, name.size() - 4)) {
    if (c < '0' || c > '9' || slot > 1'000'000'000'000) return std::nullopt;
    slot = slot * 10 + static_cast<unsigned>(c - '0');
  }
  return slot;
}

}  // namespace warren::storage
