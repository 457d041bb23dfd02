#include "storage/data_directory.hpp"

#include <cstring>
#include <random>

#include "storage/small_file.hpp"

namespace warren::storage {
namespace {

constexpr std::string_view identity_magic = "WRNNODE\n";
constexpr std::string_view stop_magic = "WRNSTOP\n";
constexpr std::uint32_t identity_version = 1;
constexpr std::uint32_t stop_version = 1;

void put(std::string& out, std::uint64_t v) { out.append(reinterpret_cast<const char*>(&v), 8); }
std::uint64_t get(std::string_view in, std::size_t index) {
  std::uint64_t v = 0;
  std::memcpy(&v, in.data() + 8 * index, 8);
  return v;
}

std::uint64_t random_incarnation() {
  std::random_device random;
  std::uint64_t v = 0;
  while (v == 0) v = (std::uint64_t{random()} << 32) | random();
  return v;
}

std::string parent_of(const std::string& path) {
  const auto slash = path.find_last_of('/', path.size() < 2 ? 0 : path.size() - 2);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

status make_directories(file_system& fs, const std::string& path) {
  if (path.empty() || fs.exists(path)) return success{};
  const std::string parent = parent_of(path);
  if (parent != path)
    if (status s = make_directories(fs, parent); !s.ok()) return s;
  if (status s = fs.make_directory(path); !s.ok()) return s;
  return fs.sync_directory(parent);
}

}  // namespace

result<std::unique_ptr<data_directory>> data_directory::open(file_system& fs, const std::string& path) {
  std::unique_ptr<data_directory> d(new data_directory(fs, path));
  if (status s = make_directories(fs, path); !s.ok()) return s.failure();
  auto locked = fs.lock(path + "/warren.lock");
  if (!locked.ok())
    return fail(reply_code::internal_error, "the data directory " + path + " cannot be used: " + locked.failure().text +
                                                "; is another node running on it?");
  d->lock_ = std::move(locked).value();
  if (status s = d->read_identity(); !s.ok()) return s.failure();
  ++d->starts_;
  for (const std::string& sub : {d->log_path(), d->queues_path()})
    if (status s = fs.make_directory(sub); !s.ok()) return s.failure();
  if (status s = d->write_identity(); !s.ok()) return s.failure();  // syncs the directory as well
  return d;
}

status data_directory::read_identity() {
  const std::string file = path_ + "/node_incarnation";
  if (!fs_.exists(file)) {
    if (fs_.exists(log_path())) {
      const auto logs = fs_.list(log_path());
      if (!logs.ok()) return logs.failure();
      if (!logs->empty())
        return fail(reply_code::internal_error, file + " is missing although the directory holds data of a node; restore "
                                                       "it from a copy, or choose another data directory");
    }
    incarnation_ = random_incarnation();
    return success{};
  }
  auto content = read_whole_file(fs_, file);
  if (!content.ok()) return content.failure();
  auto inner = unwrap_small_file(identity_magic, identity_version, file, *content);
  if (!inner.ok()) return inner.failure();
  if (inner->size() != 16) return fail(reply_code::internal_error, file + ": damaged: wrong length");
  incarnation_ = get(*inner, 0);
  starts_ = get(*inner, 1);
  return success{};
}

status data_directory::write_identity() {
  std::string content;
  put(content, incarnation_);
  put(content, starts_);
  return write_file_atomically(fs_, path_, "node_incarnation",
                               wrap_small_file(identity_magic, identity_version, content));
}

status write_clean_stop(const data_directory& d, const clean_stop& stop) {
  // From here on the log's word is void: segments whose messages it knows to be dead must be gone for good.
  if (status s = d.files().sync_everything(d.queues_path()); !s.ok()) return s;
  std::string content;
  put(content, stop.log_file);
  put(content, stop.metadata_covered ? 1 : 0);
  put(content, stop.queues.size());
  for (const auto& [id, q] : stop.queues) {
    put(content, id.value);
    put(content, q.next_position);
    put(content, q.highest_delivered);
  }
  return write_file_atomically(d.files(), d.path(), "clean_stop", wrap_small_file(stop_magic, stop_version, content));
}

result<std::optional<clean_stop>> read_clean_stop(const data_directory& d) {
  const std::string file = d.path() + "/clean_stop";
  if (!d.files().exists(file)) return std::optional<clean_stop>();
  auto content = read_whole_file(d.files(), file);
  if (!content.ok()) return content.failure();
  auto inner = unwrap_small_file(stop_magic, stop_version, file, *content);
  if (!inner.ok() || inner->size() < 24) return std::optional<clean_stop>();
  const std::uint64_t count = get(*inner, 2);
  if (count > inner->size() / 24 || inner->size() != 24 + count * 24) return std::optional<clean_stop>();
  clean_stop stop;
  stop.log_file = get(*inner, 0);
  stop.metadata_covered = get(*inner, 1) != 0;
  stop.queues.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i)
    stop.queues[queue_id{get(*inner, 3 + 3 * i)}] = {get(*inner, 4 + 3 * i), get(*inner, 5 + 3 * i)};
  return std::optional<clean_stop>(std::move(stop));
}

status remove_clean_stop(const data_directory& d) {
  const std::string file = d.path() + "/clean_stop";
  if (!d.files().exists(file)) return success{};
  if (status s = d.files().remove(file); !s.ok()) return s;
  return d.files().sync_directory(d.path());
}

}  // namespace warren::storage
