// Frames between nodes: any bytes are refused or understood, and what was understood can be said again and is understood the
// same. Every byte of every message is touched, so that the sanitizer sees a length that lies.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "actors/remote/wire/frame_reader.hpp"
#include "actors/remote/wire/frame_writer.hpp"

using namespace warren;
using namespace warren::actors::wire;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::uint64_t touch(const message_ref& m) {
  std::uint64_t sum = 0;
  if (!m) return sum;
  for (const bytes_view part : {bytes_view(m->exchange()), bytes_view(m->routing_key()), m->properties(), m->body()})
    for (const char c : part) sum = sum * 31 + static_cast<unsigned char>(c);
  return sum;
}

std::uint64_t touch(const frame& f) {
  std::uint64_t sum = f.index();
  if (const auto* p = std::get_if<publish>(&f)) {
    for (const auto& i : p->items) sum += touch(i.message);
  } else if (const auto* d = std::get_if<deliver>(&f)) {
    for (const auto& i : d->items) sum += touch(i.message);
  } else if (const auto* g = std::get_if<got>(&f)) {
    if (g->message) sum += touch(g->message->message);
  } else if (const auto* r = std::get_if<reply>(&f)) {
    sum += touch(r->content);
  }
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  frame_reader reader;
  std::vector<frame> frames;
  if (!reader.read({reinterpret_cast<const char*>(data), size}, frames)) return 0;
  std::uint64_t first = 0, second = 0;
  frame_writer writer;
  for (frame& f : frames) {
    first += touch(f);
    writer.add(std::move(f));
  }
  std::vector<frame> again;
  frame_reader other;
  while (!writer.empty()) {
    std::string bytes;
    writer.fill(bytes, 1 << 20);
    require(!bytes.empty());
    require(other.read(bytes, again).ok());
  }
  for (const frame& f : again) second += touch(f);
  if (again.size() == frames.size()) require(first == second);
  return 0;
}
