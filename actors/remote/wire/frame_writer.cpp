#include "actors/remote/wire/frame_writer.hpp"

#include <algorithm>

#include "actors/remote/wire/carriers.hpp"

namespace warren::actors::wire {

namespace {

/// Lists are cut so that no frame is larger than this, by far.
constexpr std::size_t list_limit = 2048;
constexpr std::size_t part_header_bytes = 5;
constexpr std::size_t smallest_part_bytes = 4096;
/// A begin frame, or the head of one with messages: ids, counts and a reply's secret.
constexpr std::size_t head_bytes = 512;
constexpr std::size_t secret_limit = 256, tag_limit = 256, text_limit = 4096;

template <class F, std::size_t I = 0>
constexpr std::uint8_t type_of() {
  if constexpr (std::is_same_v<std::variant_alternative_t<I, frame>, F>) {
    return I;
  } else {
    return type_of<F, I + 1>();
  }
}

/// A frame's beginning; its size is put there by end().
std::size_t begin(std::string& out, frame_kind kind) {
  const std::size_t at = out.size();
  out.append(4, '\0');
  out += static_cast<char>(kind);
  return at;
}
void end(std::string& out, std::size_t at) { store_big_endian(out.data() + at, static_cast<std::uint32_t>(out.size() - at - 4)); }

template <class F>
void write(std::string& out, const F& f) {
  const std::size_t at = begin(out, frame_kind::whole);
  out += static_cast<char>(type_of<F>());
  field_writer write_field(out);
  fields(write_field, f);
  end(out, at);
}

template <class T>
std::vector<T> take_front(std::vector<T>& from) {
  const auto n = static_cast<std::ptrdiff_t>(std::min(from.size(), list_limit));
  std::vector<T> front(from.begin(), from.begin() + n);
  from.erase(from.begin(), from.begin() + n);
  return front;
}

void cut(std::optional<error>& e) {
  if (e && e->text.size() > text_limit) e->text.resize(text_limit);
}

}  // namespace

std::string& frame_writer::tail() {
  auto* last = waiting_.empty() ? nullptr : std::get_if<std::string>(&waiting_.back());
  if (last == nullptr || last->size() > batch_bytes / 2) last = &std::get<std::string>(waiting_.emplace_back(std::string()));
  return *last;
}

void frame_writer::add(frame f) {
  std::visit(
      [this](auto& each) {
        using F = std::remove_reference_t<decltype(each)>;
        if constexpr (carries_messages<F>) {
          const std::size_t n = carrier<F>::count(each);
          if constexpr (std::is_same_v<F, publish> || std::is_same_v<F, deliver>) {
            if (n == 0) return;
          }
          if constexpr (std::is_same_v<F, reply>) each.secret.resize(std::min(each.secret.size(), secret_limit));
          for (std::size_t i = 0; i < n; ++i) waiting_bytes_ += carrier<F>::content(each, i)->record_bytes;
          waiting_.emplace_back(std::move(each));
        } else if constexpr (std::is_same_v<F, settle>) {
          while (!each.positions.empty()) write(tail(), settle{each.how, take_front(each.positions)});
        } else if constexpr (std::is_same_v<F, replenish>) {
          while (!each.bytes.empty()) write(tail(), replenish{take_front(each.bytes)});
        } else if constexpr (std::is_same_v<F, published>) {
          do {
            published some{each.to, 0, take_front(each.confirmed), take_front(each.refused)};
            if (each.confirmed.empty() && each.refused.empty()) some.credit_bytes = each.credit_bytes;
            write(tail(), some);
          } while (!each.confirmed.empty() || !each.refused.empty());
        } else {
          if constexpr (std::is_same_v<F, consume>) each.spec.tag.resize(std::min(each.spec.tag.size(), tag_limit));
          if constexpr (std::is_same_v<F, probe>) each.secret.resize(std::min(each.secret.size(), secret_limit));
          if constexpr (std::is_same_v<F, consumed> || std::is_same_v<F, delete_checked>) cut(each.failure);
          write(tail(), each);
        }
      },
      f);
}

void frame_writer::fill(std::string& out, std::size_t limit) {
  while (!waiting_.empty()) {
    const bool fitted = std::visit(
        [&](auto& front) {
          if constexpr (std::is_same_v<std::remove_reference_t<decltype(front)>, std::string>) {
            if (out.size() + front.size() > limit) return false;
            out += front;
            return true;
          } else {
            return fill_with(front, out, limit);
          }
        },
        waiting_.front());
    if (!fitted) return;
    waiting_.pop_front();
    next_item_ = 0;
  }
}

template <class F>
void frame_writer::let_go(F& f, std::size_t i) {
  message_ref& content = carrier<F>::content(f, i);
  waiting_bytes_ -= content->record_bytes;
  content = {};
}

/// True when nothing of `f` is left.
template <class F>
bool frame_writer::fill_with(F& f, std::string& out, std::size_t limit) {
  using C = carrier<F>;
  const std::size_t count = C::count(f);
  do {
    if (count > 0 && (large_begun_ || C::content(f, next_item_)->record_bytes > batch_bytes)) {
      if (!fill_large(f, out, limit)) return false;
      continue;
    }
    std::size_t last = next_item_, bytes = head_bytes, records = 0;
    while (last < count) {
      const std::uint32_t record = C::content(f, last)->record_bytes;
      if (record > batch_bytes || records + record > batch_bytes || out.size() + bytes + C::entry_bytes + record > limit) break;
      records += record;
      bytes += C::entry_bytes + record;
      ++last;
    }
    if (last == next_item_ && count > 0) return false;
    if (count == 0 && out.size() + head_bytes > limit) return false;
    const std::size_t at = begin(out, frame_kind::whole);
    out += static_cast<char>(type_of<F>());
    field_writer write_field(out);
    const F& constant = f;
    C::head(write_field, constant, last == count);
    write_field(static_cast<std::uint32_t>(last - next_item_));
    for (std::size_t i = next_item_; i < last; ++i) C::entry(write_field, constant, i);
    for (std::size_t i = next_item_; i < last; ++i) {
      const message& m = *C::content(f, i);
      out.append(reinterpret_cast<const char*>(&m), m.record_bytes);
      let_go(f, i);
    }
    end(out, at);
    next_item_ = last;
  } while (next_item_ < count);
  return true;
}

/// True when the item is done, and next_item_ moved on.
template <class F>
bool frame_writer::fill_large(F& f, std::string& out, std::size_t limit) {
  using C = carrier<F>;
  const message& m = *C::content(f, next_item_);
  if (!large_begun_) {
    if (out.size() + head_bytes > limit) return false;
    const std::size_t at = begin(out, frame_kind::begin);
    out += static_cast<char>(type_of<F>());
    field_writer write_field(out);
    const F& constant = f;
    C::head(write_field, constant, next_item_ + 1 == C::count(f));
    write_field(std::uint32_t{1});
    C::entry(write_field, constant, next_item_);
    write_field(m.record_bytes);
    end(out, at);
    large_begun_ = true;
    large_bytes_ = 0;
  }
  while (large_bytes_ < m.record_bytes) {
    const std::size_t left = m.record_bytes - large_bytes_;
    if (out.size() + part_header_bytes + std::min(left, smallest_part_bytes) > limit) return false;
    const std::size_t n = std::min(left, limit - out.size() - part_header_bytes);
    const std::size_t at = begin(out, frame_kind::part);
    out.append(reinterpret_cast<const char*>(&m) + large_bytes_, n);
    end(out, at);
    large_bytes_ += n;
  }
  let_go(f, next_item_);
  large_begun_ = false;
  ++next_item_;
  return true;
}

}  // namespace warren::actors::wire
