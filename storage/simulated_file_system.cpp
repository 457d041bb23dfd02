#include "storage/simulated_file_system.hpp"

#include <algorithm>
#include <cstring>

namespace warren::storage {
namespace {

constexpr std::uint64_t sector = 512;

error io_error(const std::string& what, const std::string& path, const char* reason) {
  return fail(reply_code::internal_error, "cannot " + what + " " + path + ": " + reason);
}

void write_into(std::string& content, std::uint64_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), '\0');
  std::memcpy(content.data() + offset, bytes.data(), bytes.size());
}

}  // namespace

class simulated_file final : public file {
 public:
  simulated_file(simulated_file_system& fs, simulated_file_system::inode_ref node, std::string path)
      : file(std::move(path)), fs_(fs), node_(std::move(node)) {}

  using file::write_at;
  status write_at(std::uint64_t offset, std::span<const io_slice> pieces) override {
    if (status s = fs_.count_operation("write at offset " + std::to_string(offset) + " of", path()); !s.ok()) return s;
    std::string bytes;
    for (const io_slice& p : pieces) bytes.append(p.data, p.bytes);
    const std::uint64_t wanted = offset + bytes.size();
    const std::uint64_t more = wanted > node_->current.size() ? wanted - node_->current.size() : 0;
    if (more > fs_.space_left_) {
      fs_.space_left_ = 0;
      return io_error("write at offset " + std::to_string(offset) + " of", path(), "No space left on device");
    }
    if (fs_.space_left_ != ~std::uint64_t{0}) fs_.space_left_ -= more;
    write_into(node_->current, offset, bytes);
    node_->pending.push_back({offset, std::move(bytes), std::nullopt});
    return success{};
  }
  result<std::size_t> read_at(std::uint64_t offset, char* to, std::size_t bytes) override {
    if (offset >= node_->current.size()) return std::size_t{0};
    const std::size_t n = std::min<std::size_t>(bytes, node_->current.size() - offset);
    std::memcpy(to, node_->current.data() + offset, n);
    return n;
  }
  status sync_data() override {
    if (status s = fs_.count_operation("sync", path()); !s.ok()) return s;
    if (fs_.fail_syncs_) return io_error("sync", path(), "Input/output error");
    node_->durable = node_->current;
    node_->pending.clear();
    return success{};
  }
  status resize(std::uint64_t bytes) override {
    if (status s = fs_.count_operation("resize", path()); !s.ok()) return s;
    node_->current.resize(bytes, '\0');
    node_->pending.push_back({0, {}, bytes});
    return success{};
  }
  status allocate(std::uint64_t bytes) override {
    if (bytes > node_->current.size() && bytes - node_->current.size() > fs_.space_left_)
      return io_error("allocate for", path(), "No space left on device");
    return resize(std::max<std::uint64_t>(bytes, node_->current.size()));
  }
  result<std::uint64_t> size() override { return std::uint64_t{node_->current.size()}; }

 private:
  simulated_file_system& fs_;
  simulated_file_system::inode_ref node_;
};

namespace {
class simulated_lock final : public file_lock {
 public:
  simulated_lock(std::set<std::string>& locks, std::string path) : locks_(locks), path_(std::move(path)) {}
  ~simulated_lock() override { locks_.erase(path_); }

 private:
  std::set<std::string>& locks_;
  std::string path_;
};
}  // namespace

simulated_file_system::simulated_file_system() {
  auto root = std::make_shared<inode>();
  root->directory = true;
  durable_.entries["/"] = current_.entries["/"] = root;
}
simulated_file_system::~simulated_file_system() = default;

std::string simulated_file_system::directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

status simulated_file_system::count_operation(const std::string& what, const std::string& path) {
  if (operations_++ >= fail_from_) return io_error(what, path, "the machine has crashed");
  return success{};
}

void simulated_file_system::apply(tree& t, const entry_change& c) {
  if (!c.removed.empty()) t.entries.erase(c.removed);
  if (!c.added.empty()) t.entries[c.added] = c.node;
}

status simulated_file_system::change_entry(entry_change c) {
  apply(current_, c);
  pending_.push_back(std::move(c));
  return success{};
}

result<std::unique_ptr<file>> simulated_file_system::open(const std::string& path, open_mode mode) {
  const auto i = current_.entries.find(path);
  const bool there = i != current_.entries.end();
  if (mode != open_mode::create_new) {
    if (!there) return io_error("open", path, "No such file or directory");
    return std::unique_ptr<file>(std::make_unique<simulated_file>(*this, i->second, path));
  }
  if (there) return io_error("create", path, "File exists");
  if (status s = count_operation("create", path); !s.ok()) return s.failure();
  if (!exists(directory_of(path))) return io_error("create", path, "No such file or directory");
  auto node = std::make_shared<inode>();
  if (status s = change_entry({{}, path, node}); !s.ok()) return s.failure();
  return std::unique_ptr<file>(std::make_unique<simulated_file>(*this, node, path));
}

bool simulated_file_system::exists(const std::string& path) { return current_.entries.contains(path); }

status simulated_file_system::rename(const std::string& from, const std::string& to) {
  if (status s = count_operation("rename", from); !s.ok()) return s;
  const auto i = current_.entries.find(from);
  if (i == current_.entries.end()) return io_error("rename", from, "No such file or directory");
  return change_entry({from, to, i->second});
}

status simulated_file_system::remove(const std::string& path) {
  if (status s = count_operation("remove", path); !s.ok()) return s;
  if (!exists(path)) return io_error("remove", path, "No such file or directory");
  return change_entry({path, {}, nullptr});
}

result<std::vector<std::string>> simulated_file_system::list(const std::string& directory) {
  if (!exists(directory)) return io_error("list", directory, "No such file or directory");
  std::vector<std::string> names;
  for (const auto& [path, node] : current_.entries)
    if (path != "/" && directory_of(path) == directory) names.push_back(path.substr(path.rfind('/') + 1));
  return names;
}

status simulated_file_system::make_directory(const std::string& path) {
  if (exists(path)) return success{};
  if (status s = count_operation("create directory", path); !s.ok()) return s;
  auto node = std::make_shared<inode>();
  node->directory = true;
  return change_entry({{}, path, node});
}

status simulated_file_system::remove_directory(const std::string& path) {
  const auto names = list(path);
  if (!names.ok()) return names.failure();
  if (!names->empty()) return io_error("remove directory", path, "Directory not empty");
  if (status s = count_operation("remove directory", path); !s.ok()) return s;
  return change_entry({path, {}, nullptr});
}

status simulated_file_system::sync_directory(const std::string& path) {
  if (status s = count_operation("sync directory", path); !s.ok()) return s;
  if (fail_syncs_) return io_error("sync directory", path, "Input/output error");
  std::vector<entry_change> rest;
  for (entry_change& c : pending_) {
    const std::string& about = c.added.empty() ? c.removed : c.added;
    if (directory_of(about) == path) {
      apply(durable_, c);
    } else {
      rest.push_back(std::move(c));
    }
  }
  pending_ = std::move(rest);
  return success{};
}

status simulated_file_system::sync_everything(const std::string& path) {
  if (status s = count_operation("sync the file system of", path); !s.ok()) return s;
  if (fail_syncs_) return io_error("sync the file system of", path, "Input/output error");
  for (const entry_change& c : pending_) apply(durable_, c);
  pending_.clear();
  for (const auto& [p, node] : current_.entries) {
    node->durable = node->current;
    node->pending.clear();
  }
  return success{};
}

result<std::unique_ptr<file_lock>> simulated_file_system::lock(const std::string& path) {
  if (!locks_.insert(path).second) return fail(reply_code::internal_error, path + " is locked by another process");
  return std::unique_ptr<file_lock>(std::make_unique<simulated_lock>(locks_, path));
}

result<disk_space> simulated_file_system::space(const std::string&) {
  const std::uint64_t total = 1ull << 40;
  return disk_space{std::min(space_left_, total), total};
}

// ---- pulling the plug

std::unique_ptr<simulated_file_system> simulated_file_system::after_crash(survival how, std::mt19937_64& random) const {
  const auto up_to = [&random](std::size_t n) { return static_cast<std::size_t>(random() % (n + 1)); };
  auto out = std::make_unique<simulated_file_system>();

  tree left = durable_;
  const std::size_t entries_kept = how == survival::prefix ? up_to(pending_.size()) : pending_.size();
  for (std::size_t i = 0; i < entries_kept; ++i) {
    if (how == survival::nothing || (how == survival::any && random() % 2 == 0)) continue;
    apply(left, pending_[i]);
  }

  std::map<const inode*, inode_ref> copies;
  const auto copy = [&](const std::string& path, const inode_ref& node) {
    inode_ref& made = copies[node.get()];
    if (made) return made;
    const bool tears = !torn_suffix_.empty() && path.ends_with(torn_suffix_);
    made = std::make_shared<inode>();
    made->directory = node->directory;
    std::string content = node->durable;
    const auto& changes = node->pending;
    if (how == survival::everything) content = node->current;
    if (how == survival::prefix) {
      const std::size_t kept = up_to(changes.size());
      for (std::size_t i = 0; i < kept; ++i) {
        if (changes[i].resize) {
          content.resize(*changes[i].resize, '\0');
        } else {
          write_into(content, changes[i].offset, changes[i].bytes);
        }
      }
    }
    if (how == survival::any && !changes.empty()) {
      // The size is that after some change; each sector is the version after some other one.
      std::uint64_t size = content.size();
      const std::size_t size_version = up_to(changes.size());
      for (std::size_t i = 0; i < size_version; ++i)
        size = changes[i].resize ? *changes[i].resize
                                 : std::max<std::uint64_t>(size, changes[i].offset + changes[i].bytes.size());
      const std::uint64_t bias = random() % 4;  // some crashes lose most sectors, some hardly any
      std::map<std::uint64_t, std::size_t> version;
      const auto version_of = [&](std::uint64_t s) {
        const auto [at, fresh] = version.try_emplace(s, 0);
        if (fresh) at->second = random() % 4 < bias ? changes.size() : up_to(changes.size());
        return at->second;
      };
      for (std::size_t i = 0; i < changes.size(); ++i) {
        const change& c = changes[i];
        if (c.resize) continue;
        for (std::uint64_t at = c.offset; at < c.offset + c.bytes.size();) {
          const std::uint64_t end = std::min<std::uint64_t>((at / sector + 1) * sector, c.offset + c.bytes.size());
          std::string_view piece = std::string_view(c.bytes).substr(at - c.offset, end - at);
          const std::size_t last = version_of(at / sector);
          if (tears && i + 1 == last && random() % 4 == 0) {
            const std::size_t cut = up_to(piece.size() / 8) * 8;
            if (random() % 2 == 0) {
              piece = piece.substr(0, cut);
            } else {
              piece.remove_prefix(cut);
              at += cut;
            }
          }
          if (i < last) write_into(content, at, piece);
          at = end;
        }
      }
      content.resize(size, '\0');
    }
    made->durable = made->current = std::move(content);
    return made;
  };
  out->durable_.entries.clear();
  for (const auto& [path, node] : left.entries) {
    // an entry needs its directory, which may not have made it
    std::string above = path;
    bool reachable = true;
    while (above != "/") {
      above = directory_of(above);
      const auto parent = left.entries.find(above);
      reachable = reachable && parent != left.entries.end() && parent->second->directory;
    }
    if (reachable) out->durable_.entries[path] = copy(path, node);
  }
  out->current_ = out->durable_;
  out->torn_suffix_ = torn_suffix_;
  return out;
}

std::unique_ptr<simulated_file_system> simulated_file_system::after_kill() const {
  auto out = std::make_unique<simulated_file_system>();
  std::map<const inode*, inode_ref> copies;
  const auto copy = [&](const inode_ref& node) -> inode_ref {
    if (!node) return nullptr;
    inode_ref& made = copies[node.get()];
    if (!made) made = std::make_shared<inode>(*node);
    return made;
  };
  for (const auto& [path, node] : durable_.entries) out->durable_.entries[path] = copy(node);
  for (const auto& [path, node] : current_.entries) out->current_.entries[path] = copy(node);
  for (const entry_change& c : pending_) out->pending_.push_back({c.removed, c.added, copy(c.node)});
  out->torn_suffix_ = torn_suffix_;
  return out;
}

// ---- looking and damaging

std::string simulated_file_system::content(const std::string& path) const {
  const auto i = current_.entries.find(path);
  return i == current_.entries.end() ? std::string() : i->second->current;
}

void simulated_file_system::set_content(const std::string& path, std::string bytes) {
  auto node = std::make_shared<inode>();
  node->durable = node->current = std::move(bytes);
  durable_.entries[path] = current_.entries[path] = node;
  std::erase_if(pending_, [&](const entry_change& c) { return c.added == path || c.removed == path; });
}

std::vector<std::string> simulated_file_system::files_below(const std::string& directory) const {
  std::vector<std::string> out;
  for (const auto& [path, node] : current_.entries)
    if (!node->directory && path.starts_with(directory + "/")) out.push_back(path);
  return out;
}

}  // namespace warren::storage
