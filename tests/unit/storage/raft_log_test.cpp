#include "core/raft/raft_codec.hpp"
#include "storage/raft_records.hpp"
#include "tests/unit/storage/storage_testkit.hpp"

using namespace warren;
using namespace warren::storage;

namespace {

const raft_group_id g{7}, other{8};

raft::entry entry_of(raft::log_index at, raft::term_number term, std::string text) {
  return {at, term, raft::entry_kind::command, std::make_shared<const std::string>(std::move(text))};
}

/// The writes of a machine, numbered by nobody.
raft::log_write entries(raft::log_index first, raft::log_index last, raft::term_number term, std::size_t bytes = 10) {
  raft::log_write w;
  for (raft::log_index i = first; i <= last; ++i)
    w.entries.push_back(entry_of(i, term, std::to_string(i) + std::string(bytes, 'e')));
  return w;
}
raft::log_write vote(raft::term_number term, raft::server_id for_whom) {
  raft::log_write w;
  w.vote = raft::hard_state{term, for_whom};
  return w;
}
raft::snapshot_meta meta_of(raft::log_index at, raft::term_number term, std::string_view blob) {
  raft::snapshot_meta m;
  m.at = at;
  m.term = term;
  m.members.set({1, "rabbit@one", raft::member_role::voter});
  m.bytes = blob.size();
  m.id = std::hash<std::string_view>{}(blob);
  return m;
}
/// "first-last@term of the last": what a group's log has.
std::string log_of(const opened_node& n, raft_group_id group = g) {
  const auto found = n.found.groups.find(group);
  if (found == n.found.groups.end()) return "nothing";
  const auto& e = found->second.state.entries;
  if (e.empty()) return "empty";
  for (std::size_t i = 1; i < e.size(); ++i) REQUIRE(e[i].at == e[i - 1].at + 1);
  return std::to_string(e.front().at) + "-" + std::to_string(e.back().at) + "@" + std::to_string(e.back().term);
}
void log_to(opened_node& n, const raft::log_write& w, raft_group_id group = g) {
  n.log().append_raft(group, w);
  must(n.log().commit());
}

}  // namespace

TEST_CASE(
    "a group's entries, vote and truncations come back, each group's for itself, beside messages and declarations") {
  simulated_file_system fs;
  message_maker maker;
  {
    opened_node n = open_node(fs, small_files());
    CHECK(n.found.groups.empty());
    n.log().append_raft(g, vote(3, 2));
    n.log().append_raft(g, entries(1, 10, 3));
    n.log().append(queue_id{3}, maker.entries(1, 5));
    n.log().append_raft(other, entries(1, 4, 1));
    (void)n.log().append_metadata("declared");
    must(n.log().commit());
    raft::log_write w = entries(6, 7, 4);
    w.truncate_from = 6;
    w.vote = raft::hard_state{4, 0};
    log_to(n, w);
  }
  for (int time = 0; time < 2; ++time) {
    auto directory = must(data_directory::open(fs, "/data"));
    auto reading = must(recovery::read(*directory, small_files()));
    CHECK(reading->commands().size() == 1);
    opened_node n;
    n.found = must(reading->finish([](queue_id) { return true; }));
    CHECK(log_of(n) == "1-7@4");
    CHECK(log_of(n, other) == "1-4@1");
    CHECK(n.found.groups.at(g).state.vote == raft::hard_state{4, 0});
    CHECK(*n.found.groups.at(g).state.entries[4].bytes == "5eeeeeeeeee");
    CHECK(load_all(n.store(), queue_id{3}).size() == 5);
  }
}

TEST_CASE("a file of the log goes when snapshots cover its entries; the vote in it stays known") {
  simulated_file_system fs;
  {
    opened_node n = open_node(fs, small_files());
    log_to(n, vote(9, 5));
    log_to(n, vote(1, 1), other);
    raft::log_index last = 0;
    for (; n.log().live_files() < 4; ++last) log_to(n, entries(last + 1, last + 1, 9, 500));
    CHECK(n.log().take_raft_snapshot_requests() == std::vector<raft_group_id>{g});
    CHECK_FALSE(n.log().take_barrier_request());
    must(n.found.group_snapshots->write(g, meta_of(last, 9, "everything"), "everything"));
    n.log().raft_snapshot_covers(g, last);
    const auto barrier = n.log().take_barrier_request();
    REQUIRE(barrier);
    n.log().barrier_passed(*barrier);
    must(n.log().commit());
    must(n.log().sync());
    CHECK(n.log().live_files() == 1);
    log_to(n, entries(last + 1, last + 2, 9));
  }
  for (int time = 0; time < 2; ++time) {
    opened_node n = open_node(fs, small_files());
    CHECK(n.found.groups.at(g).state.vote == raft::hard_state{9, 5});
    CHECK(n.found.groups.at(other).state.vote == raft::hard_state{1, 1});
    CHECK(n.found.groups.at(g).blob == "everything");
    CHECK(n.found.groups.at(g).state.snapshot.members.members[0].name == "rabbit@one");
    CHECK(n.found.groups.at(g).state.entries.size() == 2);
    CHECK(n.found.groups.at(g).state.entries.front().at == n.found.groups.at(g).state.snapshot.at + 1);
  }
}

TEST_CASE("after a restart files are kept and released for groups as before") {
  simulated_file_system fs;
  raft::log_index last = 0;
  {
    opened_node n = open_node(fs, small_files());
    log_to(n, vote(2, 1));
    for (; n.log().live_files() < 3; ++last) log_to(n, entries(last + 1, last + 1, 2, 500));
  }
  opened_node n = open_node(fs, small_files());
  CHECK(log_of(n) == "1-" + std::to_string(last) + "@2");
  CHECK_FALSE(n.log().take_barrier_request());
  must(n.found.group_snapshots->write(g, meta_of(last, 2, "s"), "s"));
  n.log().raft_snapshot_covers(g, last);
  const auto barrier = n.log().take_barrier_request();
  REQUIRE(barrier);
  n.log().barrier_passed(*barrier);
  must(n.log().commit());
  must(n.log().sync());
  const auto later = fs.after_kill();
  opened_node again = open_node(*later, small_files());
  CHECK(again.found.groups.at(g).state.vote == raft::hard_state{2, 1});
  CHECK(log_of(again) == "empty");
}

TEST_CASE("a received snapshot replaces the log, wherever a crash comes between") {
  const std::string blob(1000, 's');
  std::mt19937_64 random(5);
  bool old_seen = false, new_seen = false;
  for (std::uint64_t crash_at = 0;; ++crash_at) {
    simulated_file_system fs;
    bool finished = false;
    {
      opened_node n = open_node(fs, small_files());
      log_to(n, vote(2, 1));
      log_to(n, entries(1, 30, 2));  // 20 and what follows it are not what the others agreed on
      fs.fail_from(fs.operations() + crash_at);
      raft_snapshots& s = *n.found.group_snapshots;
      raft::log_write w = entries(21, 22, 5);
      w.install = meta_of(20, 5, blob);
      const auto all = [&]() -> status {
        if (status r = s.begin(g, *w.install); !r.ok()) return r;
        if (status r = s.append(g, bytes_view(blob).substr(0, 600)); !r.ok()) return r;
        if (status r = s.append(g, bytes_view(blob).substr(600)); !r.ok()) return r;
        if (status r = s.finish(g); !r.ok()) return r;
        n.log().append_raft(g, w);
        return n.log().commit();
      };
      finished = all().ok();
    }
    for (const auto how : {simulated_file_system::survival::nothing, simulated_file_system::survival::everything,
                           simulated_file_system::survival::any, simulated_file_system::survival::any}) {
      const auto disk = fs.after_crash(how, random);
      for (int time = 0; time < 2; ++time) {
        opened_node n = open_node(*disk, small_files());
        const auto& found = n.found.groups.at(g);
        CHECK(found.state.vote == raft::hard_state{2, 1});
        if (found.state.snapshot.at == 0) {
          CHECK_FALSE(finished);
          CHECK(log_of(n) == "1-30@2");
          old_seen = true;
          continue;
        }
        CHECK(found.blob == blob);
        if (log_of(n) != "21-22@5") {
          CHECK(log_of(n) == (time == 0 ? "empty" : "21-21@6"));
          CHECK_FALSE(finished);
          if (time == 0) log_to(n, entries(21, 21, 6));  // goes on after the snapshot
        }
        new_seen = true;
      }
    }
    if (finished) break;
  }
  CHECK(old_seen);
  CHECK(new_seen);
}

TEST_CASE("whatever a crash tears off the log, a group keeps all that was synced, and of the rest a beginning") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 150; ++round) {
    simulated_file_system fs;
    std::vector<raft::durable_state> states(1);  // after each write
    std::size_t synced = 0;
    {
      opened_node n = open_node(fs, small_files());
      const std::size_t writes = 5 + random() % 40;
      const bool dies = random() % 2 == 0;
      if (dies) fs.fail_from(fs.operations() + random() % 60);
      for (std::size_t i = 0; i < writes; ++i) {
        raft::durable_state next = states.back();
        raft::log_write w;
        const raft::term_number term = 1 + i / 3;
        raft::log_index last = next.entries.empty() ? 0 : next.entries.back().at;
        if (last > 3 && random() % 4 == 0) {
          w.truncate_from = last - random() % 3;
          next.entries.resize(w.truncate_from - 1);
          last = w.truncate_from - 1;
        }
        if (random() % 3 == 0) next.vote = *(w.vote = raft::hard_state{term, random() % 3});
        for (std::uint64_t k = random() % 4; k > 0; --k) {
          w.entries.push_back(entry_of(++last, term, std::string(random() % 900, 'x')));
          next.entries.push_back(w.entries.back());
        }
        n.log().append_raft(g, w);
        states.push_back(std::move(next));
        if (random() % 3 == 0) continue;  // together with the next
        if (!n.log().commit().ok()) break;
        synced = states.size() - 1;
      }
    }
    const auto disk = fs.after_crash(simulated_file_system::survival::any, random);
    opened_node n = open_node(*disk, small_files());
    const auto found = n.found.groups.find(g);
    const raft::durable_state is = found == n.found.groups.end() ? raft::durable_state{} : found->second.state;
    bool known = false;
    for (std::size_t i = synced; i < states.size(); ++i) {
      const auto& s = states[i];
      const bool same =
          s.vote == is.vote && s.entries.size() == is.entries.size() &&
          std::equal(s.entries.begin(), s.entries.end(), is.entries.begin(), [](const auto& a, const auto& b) {
            return a.at == b.at && a.term == b.term && a.view() == b.view();
          });
      known = known || same;
    }
    CHECK(known);
  }
}

TEST_CASE("a group that is gone stays gone, and may come back as another") {
  simulated_file_system fs;
  {
    opened_node n = open_node(fs, small_files());
    log_to(n, vote(2, 1));
    log_to(n, entries(1, 5, 2));
    must(n.found.group_snapshots->write(g, meta_of(3, 2, "old"), "old"));
    n.log().append_raft_gone(g);
    must(n.log().commit());
  }
  {
    opened_node n = open_node(fs, small_files());
    CHECK(log_of(n) == "nothing");
    CHECK(must(n.found.group_snapshots->groups_on_disk()).empty());
    log_to(n, vote(1, 0));
    must(n.found.group_snapshots->write(g, meta_of(8, 4, "new"), "new"));
    n.log().raft_snapshot_covers(g, 8);
  }
  opened_node n = open_node(fs, small_files());
  CHECK(n.found.groups.at(g).blob == "new");
  CHECK(n.found.groups.at(g).state.vote.term == 1);
}

TEST_CASE("a clean stop does not hide what groups have in the log") {
  simulated_file_system fs;
  {
    opened_node n = open_node(fs, small_files());
    log_to(n, vote(2, 1));
    CHECK_FALSE(n.log().metadata_covered());
    clean_stop stop;
    stop.log_file = n.log().active().value;
    stop.metadata_covered = n.log().metadata_covered();
    must(write_clean_stop(*n.directory, stop));
  }
  opened_node n = open_node(fs, small_files());
  CHECK(n.found.clean);
  CHECK(n.found.groups.at(g).state.vote.term == 2);
}

TEST_CASE("a part of a snapshot is read for sending; a damaged snapshot stops the start by name") {
  simulated_file_system fs;
  const raft::snapshot_meta m = meta_of(4, 2, "0123456789");
  {
    opened_node n = open_node(fs, small_files());
    raft_snapshots& s = *n.found.group_snapshots;
    log_to(n, vote(2, 1));
    must(s.write(g, m, "0123456789"));
    CHECK(must(s.read_part(g, m, 3, 4)) == "3456");
    CHECK_FALSE(must(s.read_part(g, meta_of(5, 2, "x"), 0, 1)).has_value());
    must(s.write(g, meta_of(6, 2, "newer"), "newer"));
    CHECK(must(s.read_part(g, m, 0, 10)) == "0123456789");
    must(s.remove_older(g, {m.id}));
    CHECK(must(s.read_part(g, m, 0, 1)).has_value());
    must(s.remove_older(g, {}));
    CHECK_FALSE(must(s.read_part(g, m, 0, 1)).has_value());
    CHECK(must(s.read(g))->blob == "newer");
    must(s.begin(g, m));
    CHECK_FALSE(s.append(g, "more than ten bytes").ok());
    CHECK_FALSE(s.finish(g).ok());
  }
  std::string path;
  for (const std::string& file : fs.files_below("/data/raft"))
    if (file.ends_with(".snap")) path = file;
  std::string bytes = fs.content(path);
  bytes[bytes.size() - 2] ^= 1;
  fs.set_content(path, bytes);
  auto directory = must(data_directory::open(fs, "/data"));
  const auto reading = recovery::read(*directory, small_files());
  REQUIRE_FALSE(reading.ok());
  CHECK(reading.failure().text.find(path) != std::string::npos);
}

TEST_CASE("records of groups that are malformed are refused, not read past their end") {
  std::string good;
  const auto w = entries(1, 3, 2);
  encode_raft_entries(g, w.entries, good);
  REQUIRE(decode_raft_record(log_entry::raft_entries, good));
  CHECK(good.size() % 8 == 0);
  std::mt19937_64 random(3);
  for (std::size_t n = 0; n < good.size(); n += 4)
    CHECK_FALSE(decode_raft_record(log_entry::raft_entries, good.substr(0, n)));
  for (int i = 0; i < 3000; ++i) {
    std::string bad = good;
    bad[random() % bad.size()] = static_cast<char>(random());
    (void)decode_raft_record(log_entry::raft_entries, bad);
  }
  CHECK_FALSE(decode_raft_record(log_entry::raft_vote, good));
}
