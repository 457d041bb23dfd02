#include "actors/remote/wire/frame_reader.hpp"

#include <array>
#include <utility>

#include "actors/remote/wire/carriers.hpp"
#include "actors/remote/wire/frame_writer.hpp"

namespace warren::actors::wire {

namespace {

constexpr std::uint8_t highest_settlement = 2;

template <class F>
bool read_head(field_reader& read, F& f, std::uint32_t& count) {
  using C = carrier<F>;
  if (!C::head(read, f) || !read(count)) return false;
  if (single<F> && count > 1) return false;
  if (std::is_same_v<F, reply> && count != 1) return false;
  if (C::entry_bytes > 0 && read.rest().size() / C::entry_bytes < count) return false;
  C::resize(f, count);
  for (std::size_t i = 0; i < count; ++i)
    if (!C::entry(read, f, i)) return false;
  return true;
}

/// The records of a frame become one block.
template <class F>
bool adopt(F& f, std::uint32_t count, bytes_view records) {
  using C = carrier<F>;
  if (count == 0) return records.empty();
  block* b = block::allocate(static_cast<std::uint32_t>(records.size()));
  std::memcpy(b->payload(), records.data(), records.size());
  std::uint32_t i = 0;
  const std::int64_t found = adopt_records(b, static_cast<std::uint32_t>(records.size()), [&](message_ref m) {
    if (i < count) C::content(f, i) = std::move(m);
    ++i;
  });
  b->release();
  return found == count;
}

void append(std::vector<frame>& out, publish&& f) {
  auto* last = out.empty() ? nullptr : std::get_if<publish>(&out.back());
  if (last == nullptr || last->from != f.from) return void(out.emplace_back(std::move(f)));
  last->credit_bytes += f.credit_bytes;
  last->items.insert(last->items.end(), std::make_move_iterator(f.items.begin()), std::make_move_iterator(f.items.end()));
}
void append(std::vector<frame>& out, deliver&& f) {
  auto* last = out.empty() ? nullptr : std::get_if<deliver>(&out.back());
  if (last == nullptr) return void(out.emplace_back(std::move(f)));
  last->items.insert(last->items.end(), std::make_move_iterator(f.items.begin()), std::make_move_iterator(f.items.end()));
}
template <class F>
void append(std::vector<frame>& out, F&& f) {
  out.emplace_back(std::forward<F>(f));
}

template <class F>
bool read_one(bytes_view in, std::vector<frame>& out) {
  field_reader read(in);
  F f;
  if constexpr (carries_messages<F>) {
    std::uint32_t count = 0;
    if (!read_head(read, f, count) || !adopt(f, count, read.rest())) return false;
    if constexpr (std::is_same_v<F, publish> || std::is_same_v<F, deliver>) {
      if (count == 0) return false;
    }
  } else {
    if (!fields(read, f) || !read.rest().empty()) return false;
    if constexpr (std::is_same_v<F, settle>) {
      if (f.how > highest_settlement) return false;
    }
  }
  append(out, std::move(f));
  return true;
}

template <class F>
bool begin_one(bytes_view in, frame& into, std::uint32_t& record_bytes) {
  if constexpr (carries_messages<F>) {
    field_reader read(in);
    F f;
    std::uint32_t count = 0;
    if (!read_head(read, f, count) || count != 1 || !read(record_bytes) || !read.rest().empty()) return false;
    into = std::move(f);
    return true;
  } else {
    return false;
  }
}

template <std::size_t... I>
bool read_by_type(std::uint8_t type, bytes_view in, std::vector<frame>& out, std::index_sequence<I...>) {
  using reader = bool (*)(bytes_view, std::vector<frame>&);
  static constexpr std::array<reader, sizeof...(I)> readers{&read_one<std::variant_alternative_t<I, frame>>...};
  return type < readers.size() && readers[type](in, out);
}

template <std::size_t... I>
bool begin_by_type(std::uint8_t type, bytes_view in, frame& into, std::uint32_t& record_bytes, std::index_sequence<I...>) {
  using beginner = bool (*)(bytes_view, frame&, std::uint32_t&);
  static constexpr std::array<beginner, sizeof...(I)> beginners{&begin_one<std::variant_alternative_t<I, frame>>...};
  return type < beginners.size() && beginners[type](in, into, record_bytes);
}

constexpr auto all_types = std::make_index_sequence<std::variant_size_v<frame>>{};

}  // namespace

status frame_reader::read(bytes_view in, std::vector<frame>& out) {
  while (!in.empty()) {
    if (in.size() < 5) return fail(reply_code::internal_error, "a frame is cut short");
    const auto size = load_big_endian<std::uint32_t>(in.data());
    if (size == 0 || size > in.size() - 4) return fail(reply_code::internal_error, "a frame's size is wrong");
    if (const status ok = read_frame(in.substr(4, size), out); !ok) return ok;
    in.remove_prefix(4 + std::size_t{size});
  }
  return success{};
}

status frame_reader::read_frame(bytes_view in, std::vector<frame>& out) {
  const auto kind = static_cast<std::uint8_t>(in[0]);
  in.remove_prefix(1);
  const auto wrong = [](const char* what) { return fail(reply_code::internal_error, what); };
  if (kind == static_cast<std::uint8_t>(frame_kind::part)) {
    if (into_ == nullptr || !read_part(in, out)) return wrong("a message's part does not fit");
    return success{};
  }
  if (into_ != nullptr) return wrong("a frame in the middle of a message");
  if (in.empty()) return wrong("a frame without a type");
  const auto type = static_cast<std::uint8_t>(in[0]);
  in.remove_prefix(1);
  if (kind == static_cast<std::uint8_t>(frame_kind::whole)) {
    if (!read_whole(type, in, out)) return wrong("a malformed frame");
  } else if (kind == static_cast<std::uint8_t>(frame_kind::begin)) {
    if (!read_begin(type, in)) return wrong("a malformed beginning of a message");
  } else {
    return wrong("an unknown kind of frame");
  }
  return success{};
}

bool frame_reader::read_whole(std::uint8_t type, bytes_view in, std::vector<frame>& out) { return read_by_type(type, in, out, all_types); }

bool frame_reader::read_begin(std::uint8_t type, bytes_view in) {
  std::uint32_t bytes = 0;
  if (!begin_by_type(type, in, large_, bytes, all_types)) return false;
  if (bytes < sizeof(message) || bytes > largest_record_bytes) return false;
  into_ = block::allocate(bytes);
  large_bytes_ = bytes;
  collected_ = 0;
  return true;
}

bool frame_reader::read_part(bytes_view in, std::vector<frame>& out) {
  if (in.size() > large_bytes_ - collected_) return false;
  std::memcpy(into_->payload() + collected_, in.data(), in.size());
  collected_ += static_cast<std::uint32_t>(in.size());
  if (collected_ < large_bytes_) return true;
  message_ref content;
  const std::int64_t found = adopt_records(into_, large_bytes_, [&](message_ref m) { content = std::move(m); });
  forget_large();
  if (found != 1) return false;
  std::visit(
      [&](auto& f) {
        using F = std::remove_reference_t<decltype(f)>;
        if constexpr (carries_messages<F>) {
          carrier<F>::content(f, 0) = std::move(content);
          append(out, std::move(f));
        }
      },
      large_);
  return true;
}

void frame_reader::forget_large() {
  if (into_ != nullptr) into_->release();
  into_ = nullptr;
}

}  // namespace warren::actors::wire
