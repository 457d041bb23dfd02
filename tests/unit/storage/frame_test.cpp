#include "storage/frame.hpp"

#include <catch2/catch.hpp>

#include "storage/crc32c.hpp"

using namespace warren;
using namespace warren::storage;

namespace {

constexpr std::uint32_t salt = 77;

std::string frame(std::string_view payload, std::uint64_t sequence, std::uint64_t synced, std::uint32_t with = salt) {
  const auto h = make_frame_header(with, 1, static_cast<std::uint32_t>(payload.size()),
                                   crc32c(with, payload.data(), payload.size()), sequence, synced);
  std::string out(reinterpret_cast<const char*>(&h), sizeof h);
  out.append(payload);
  out.append(pad8(out.size()) - out.size(), '\0');
  return out;
}

std::string three_frames(std::uint64_t synced_by_last) {
  return frame("first payload", 0, 0) + frame("second, a longer payload", 1, 0) + frame("third", 2, synced_by_last);
}

std::vector<std::string> payloads(const frame_scan& s) {
  std::vector<std::string> out;
  for (const auto& f : s.frames) out.emplace_back(f.payload);
  return out;
}

}  // namespace

TEST_CASE("a scan gives all frames and their end") {
  const std::string file = three_frames(0);
  const frame_scan s = scan_frames(file, 0, salt);
  CHECK(payloads(s) == std::vector<std::string>{"first payload", "second, a longer payload", "third"});
  CHECK(s.end == file.size());
  CHECK(s.gaps.empty());
}

TEST_CASE("cut off anywhere, a file yields exactly the frames that are whole") {
  const std::string file = three_frames(0);
  const std::uint64_t first = frame_bytes(13), second = first + frame_bytes(24), third = second + sizeof(frame_header) + 8;
  for (std::size_t n = 0; n <= file.size(); ++n) {
    const frame_scan s = scan_frames(file.substr(0, n), 0, salt);
    const std::size_t whole = (n >= first) + (n >= second) + (n >= third);
    REQUIRE(s.frames.size() == whole);
    REQUIRE(s.gaps.empty());
  }
}

TEST_CASE("every single flipped bit costs one frame at most, and padding costs none") {
  const std::string file = three_frames(0);
  for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
    std::string bad = file;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    const frame_scan s = scan_frames(bad, 0, salt);
    REQUIRE(s.frames.size() >= 2);
    for (const auto& f : s.frames) REQUIRE(file.find(std::string(f.payload)) != std::string::npos);
    if (s.frames.size() == 2 && s.end == file.size()) {
      REQUIRE(s.gaps.size() == 1);
      REQUIRE(bit / 8 >= s.gaps[0].from);
      REQUIRE(bit / 8 < s.gaps[0].to);
    }
  }
}

TEST_CASE("a gap is damage when a later frame says it was synced, otherwise a torn write") {
  const std::uint64_t second_ends = frame_bytes(13) + frame_bytes(24);
  for (const std::uint64_t synced : {std::uint64_t{0}, second_ends}) {
    std::string file = three_frames(synced);
    file[frame_bytes(13) + 40] ^= 1;
    const frame_scan s = scan_frames(file, 0, salt);
    REQUIRE(s.gaps.size() == 1);
    CHECK(s.gaps[0].from == frame_bytes(13));
    CHECK(s.damaged(s.gaps[0]) == (synced != 0));
  }
}

TEST_CASE("frames of an earlier use of the file are not seen") {
  // the new use wrote one frame over the beginning of three old ones
  const std::string old = three_frames(0);
  std::string file = frame("new", 0, 0, salt + 1);
  file += old.substr(file.size());
  const frame_scan s = scan_frames(file, 0, salt + 1);
  CHECK(payloads(s) == std::vector<std::string>{"new"});
  CHECK(s.gaps.empty());
}

TEST_CASE("a frame that repeats an earlier sequence is not taken") {
  const std::string file = frame("a", 5, 0) + frame("b", 5, 0) + frame("c", 6, 0);
  CHECK(payloads(scan_frames(file, 0, salt)) == std::vector<std::string>{"a", "c"});
}
