package prometheus

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/deploy/tool"
)

const (
	configFile  = "prometheus.yml"
	packagePath = "/usr/share/aetherd/prometheus/" // where the Debian package puts this folder
)

// promtool runs it and wants no complaint. It returns what it printed.
func promtool(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	c := exec.Command(tool.Need(t, "promtool", "prometheus"), args...)
	c.Stdin = strings.NewReader(stdin)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestRulesAreValid(t *testing.T) {
	for _, path := range []string{recordsFile, alertsFile} {
		out := promtool(t, "", "check", "rules", "--lint=all", "--lint-fatal", path)
		if want := fmt.Sprintf("SUCCESS: %d rules found", len(rulesOf(t, path))); !strings.Contains(out, want) {
			t.Errorf("%s: want %q, got\n%s", path, want, out)
		}
	}
}

func TestRules(t *testing.T) {
	if testing.Short() {
		t.Skip("promtool plays hours, sample by sample")
	}
	files, err := filepath.Glob("testdata/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	promtool(t, "", append([]string{"test", "rules"}, files...)...)
}

// unused is a line of configuration that is commented out; one of prose has a single space behind the #.
var unused = regexp.MustCompile(`(?m)^( *)#(\S|  )`)

// TestConfigurationIsValid checks prometheus.yml as it is, and with all that is commented out in it.
func TestConfigurationIsValid(t *testing.T) {
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	text := read(t, configFile)
	if !unused.MatchString(text) {
		t.Errorf("nothing is commented out")
	}
	arms := filepath.Join(t.TempDir(), "arms.yml")
	if err := os.WriteFile(arms, []byte("- targets: [\"192.0.2.1:5002\"]\n  labels: {instance: bench}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"as it is": text, "with everything": unused.ReplaceAllString(text, "$1$2")} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), configFile)
			text = strings.NewReplacer(packagePath, here+"/", "/etc/prometheus/aetherd/*.yml", arms).Replace(text)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			out := promtool(t, "", "check", "config", path)
			if !strings.Contains(out, "2 rule files found") || strings.Contains(out, "WARNING") {
				t.Error(out)
			}
		})
	}
}

// TestConfigurationFitsDaemonAndRules: the target is where a daemon serves its metrics unless told
// otherwise, the files are these, and the job is the one that the rules know.
func TestConfigurationFitsDaemonAndRules(t *testing.T) {
	var c struct {
		RuleFiles []string `yaml:"rule_files"`
		Scrapes   []struct {
			Job    string `yaml:"job_name"`
			Static []struct {
				Targets []string `yaml:"targets"`
			} `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	readYAML(t, configFile, &c)
	if got, want := fmt.Sprint(c.RuleFiles), fmt.Sprint([]string{packagePath + recordsFile, packagePath + alertsFile}); got != want {
		t.Errorf("rule files %s, want %s", got, want)
	}
	if len(c.Scrapes) != 1 || len(c.Scrapes[0].Static) != 1 {
		t.Fatalf("%+v", c.Scrapes)
	}
	if got, want := fmt.Sprint(c.Scrapes[0].Static[0].Targets), fmt.Sprint([]string{config.Default().Ops.Listen}); got != want {
		t.Errorf("targets %s, want %s", got, want)
	}
	jobs := regexp.MustCompile(`\bjob="([^"]*)"`).FindAllStringSubmatch(read(t, recordsFile)+read(t, alertsFile), -1)
	for _, job := range jobs {
		if job[1] != c.Scrapes[0].Job {
			t.Errorf("a rule wants the job %q, which is called %q", job[1], c.Scrapes[0].Job)
		}
	}
	if len(jobs) == 0 {
		t.Error("no rule selects a job")
	}
}
