using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using RedGen.Compiler;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Build;
using RedGen.Compiler.Verify.Statements;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Cli.Tests;

/// <summary>redgen verify: exit codes, forms of output, instances, errors.</summary>
public sealed class VerifyTests
{
    private const string Names = "(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)";
    private const string Box = Names + "(assert (>= X_0 -1))(assert (<= X_0 1))(assert (>= X_1 -1))(assert (<= X_1 0.5))";

    private static OnnxModelWriter Relu => Samples.Relu(1);

    [Theory]
    [InlineData("(assert (<= Y_0 -0.001))", 0, "holds", "unsat")]
    [InlineData("(assert (>= Y_0 0.75))", 1, "violated", "sat")]
    public void A_property_is_decided(string assertion, int exitCode, string result, string competition)
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes()), property = folder.Write("p.vnnlib", Box + assertion);
        ToolRun json = ToolRun.Of("verify", model, property, "--json");
        Assert.Equal((exitCode, ""), (json.ExitCode, json.Error));
        Assert.Equal(result, json.Json.GetProperty("result").GetString());
        Assert.InRange(json.Json.GetProperty("seconds").GetDouble(), 0, 60);
        JsonElement witness = json.Json.GetProperty("counterexample");
        Assert.Equal(exitCode == 1 ? JsonValueKind.Object : JsonValueKind.Null, witness.ValueKind);
        if (exitCode == 1) Assert.InRange(witness.GetProperty("output")[0].GetSingle(), 0.75f, 1f);

        ToolRun lines = ToolRun.Of("verify", model, property, "--format", "competition");
        Assert.Equal(competition, lines.Lines[0]);
        Assert.Equal(exitCode == 1 ? 5 : 1, lines.Lines.Length);
        if (exitCode == 1) Assert.StartsWith("((X_0 ", lines.Lines[1], StringComparison.Ordinal);
        Assert.StartsWith(result + ": ", ToolRun.Of("verify", model, property).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_decided_is_unknown_and_says_why()
    {
        using var folder = new TemporaryFolder();
        OnnxModelWriter odd = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2).Node("Bernoulli", "x", "y", static n => n.Name("odd")).Output("y", ElementType.Float32, 1, 2);
        ToolRun run = ToolRun.Of("verify", folder.Write("m.onnx", odd.ToBytes()), folder.Write("p.vnnlib", Box + "(assert (>= Y_0 2))"), "--json");
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("unknown", run.Json.GetProperty("result").GetString());
        Assert.Contains("node 'odd' (Bernoulli)", run.Json.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(assert (>= Y_0 (sin X_0)))", "p.vnnlib(1,240): 'sin' is not supported")]
    [InlineData("(assert (>= Y_7 1))", "'Y_7' is not declared")]
    public void A_property_that_is_read_in_part_is_an_error(string assertion, string message)
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes()), property = folder.Write("p.vnnlib", Box + assertion);
        ToolRun run = ToolRun.Of("verify", model, property);
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains(message[(message.IndexOf(':', StringComparison.Ordinal) + 1)..], run.Error, StringComparison.Ordinal);
        Assert.Equal("error", ToolRun.Of("verify", model, property, "--json").Json.GetProperty("result").GetString());
    }

    [Fact]
    public void Missing_files_and_arguments_are_errors()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes());
        foreach (string[] arguments in new string[][] { [model], [], [model, Path.Combine(folder.FullPath, "none.vnnlib")], [Path.Combine(folder.FullPath, "none.onnx"), model], ["--instances", Path.Combine(folder.FullPath, "none.csv")], ["--frobnicate"], [model, model, "--timeout", "-1"] })
        {
            ToolRun run = ToolRun.Of(["verify", .. arguments]);
            Assert.Equal((3, ""), (run.ExitCode, run.Output));
            Assert.Contains("redgen: error: ", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Several_properties_of_one_model_are_verified()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes()), holds = folder.Write("holds.vnnlib", Box + "(assert (<= Y_0 -0.001))"), violated = folder.Write("violated.vnnlib", Box + "(assert (>= Y_0 0.75))");
        ToolRun run = ToolRun.Of("verify", model, holds, violated, "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["holds", "violated"], run.Json.GetProperty("instances").EnumerateArray().Select(static i => i.GetProperty("result").GetString()));
    }

    [Fact]
    public void A_build_gets_verdicts_and_a_test()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes());
        string holds = folder.Write("holds.vnnlib", Box + "(assert (<= Y_0 -0.001))");
        string violated = folder.Write("not-so.vnnlib", Box + "\n(assert (>= Y_0 0.75))\n(assert (<= (* 2.0 Y_1) 3.0))");
        string broken = folder.Write("broken.vnnlib", Box + "\n(assert (>= Y_0 (sin X_0)))");
        string file = Path.Combine(folder.FullPath, "obj", "m.verdicts.json"), tests = Path.Combine(folder.FullPath, "tests");

        Assert.Equal(0, ToolRun.Of("verify", model, holds, violated, broken, "--verdict", file, "--tests", tests, "--root-namespace", "my-app", "--class-name", "Net").ExitCode);

        VerdictFile verdicts = VerdictFile.Read(File.ReadAllText(file), out string problem)!;
        Assert.Equal("", problem);
        Assert.Equal(NetworkDigest.Of(ModelCompiler.Compile(ModelSource.FromBytes("m.onnx", Relu.ToBytes()), new CompilerOptions()).Plan!), verdicts.Network);
        Assert.Equal([PropertyResult.Holds, PropertyResult.Violated, PropertyResult.Error], verdicts.Properties.Select(static p => p.Result));
        Assert.Equal((2, 2), (verdicts.Properties[1].Line, verdicts.Properties[2].Line));
        Assert.Equal(ModelSource.Hash(File.ReadAllBytes(violated)), verdicts.Properties[1].Sha256);
        Assert.Equal([Path.Combine(tests, "NetNotSoTests.cs")], Directory.EnumerateFiles(tests));
        string test = File.ReadAllText(verdicts.Properties[1].Test);
        Assert.Contains("global::my_app.Net.Predict(x, y);", test, StringComparison.Ordinal);
        Assert.Contains("bool isCounterexample = -(double)y[0] + 0.75d <= 0\n            && (2d * (double)y[1]) + -3d <= 0;", test, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_is_checked_without_a_search()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes());
        string holds = folder.Write("holds.vnnlib", Box + "(assert (<= Y_0 -0.001))"), other = folder.Write("other.vnnlib", Box + "(assert (<= Y_0 -0.002))");
        string certificate = Path.Combine(folder.FullPath, "proof", "holds.json");
        Assert.Equal(0, ToolRun.Of("verify", model, holds, "--certificate", certificate).ExitCode);

        ToolRun run = ToolRun.Of("check", model, holds, certificate, "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("holds", run.Json.GetProperty("result").GetString());
        Assert.InRange(run.Json.GetProperty("leaves").GetInt64(), 1, 100);

        run = ToolRun.Of("check", model, other, certificate);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("about another property", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, ToolRun.Of("check", folder.Write("n.onnx", Relu.Documentation("another file").ToBytes()), holds, certificate).ExitCode);
        File.WriteAllText(certificate, "{");
        Assert.Equal(3, ToolRun.Of("check", model, holds, certificate).ExitCode);
        Assert.Equal(3, ToolRun.Of("check", model, holds, certificate + "x").ExitCode);
        Assert.Equal(3, ToolRun.Of("check", model).ExitCode);
    }

    [Fact]
    public void Statements_have_certificates_but_for_monotonicity()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes()), equal = folder.Write("e.onnx", Relu.Documentation("the same").ToBytes());
        string samples = Samples.WriteArray(folder, "x.npy", Tensor.Of([0.5f, 0.1f, 0.9f, 0.1f], 2, 2)), certificate = Path.Combine(folder.FullPath, "proof.json");
        foreach ((string[] statement, string[] other) in new (string[], string[])[]
        {
            (["--range", "Y:-0.1..1.1", "--over", "X:-1..1"], ["--range", "Y:-0.1..0.9", "--over", "X:-1..1"]),
            (["--robust", samples, "--epsilon", "0.1"], ["--robust", samples, "--epsilon", "0.6"]),
            (["--robust", samples, "--epsilon", "0.1", "--within", "0.11"], ["--robust", samples, "--epsilon", "0.1", "--within", "0.05"]),
            (["--equivalent", equal, "--within", "1e-4", "--input-range", "-1..1"], ["--equivalent", equal, "--within", "1e-4", "--input-range", "-2..1"]),
        })
        {
            ToolRun run = ToolRun.Of(["verify", model, "--certificate", certificate, .. statement]);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            run = ToolRun.Of(["check", model, certificate, "--json", .. statement]);
            Assert.Equal((0, "", "holds"), (run.ExitCode, run.Error, run.Json.GetProperty("result").GetString()));
            run = ToolRun.Of(["check", model, certificate, .. other]);
            Assert.Equal(2, run.ExitCode);
            Assert.Contains("about another property", run.Error, StringComparison.Ordinal);
            Assert.Equal(2, ToolRun.Of(["check", equal, certificate, .. statement]).ExitCode);
            // Fewer leaves than the tree has, or a split of what is no place.
            File.WriteAllText(certificate, File.ReadAllText(certificate).Replace("-1", "99999", StringComparison.Ordinal));
            Assert.Equal(2, ToolRun.Of(["check", model, certificate, .. statement]).ExitCode);
            File.Delete(certificate);
        }

        ToolRun monotone = ToolRun.Of("verify", model, "--certificate", certificate, "--monotone", "X[1]:+:Y[1]", "--input-range", "-1..1");
        Assert.Equal(3, monotone.ExitCode);
        Assert.Contains("proofs of monotonicity have none", monotone.Error, StringComparison.Ordinal);
        Assert.Contains("one statement such as --range", ToolRun.Of("check", model, samples, certificate, "--range", "Y:0..1").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reductions_error_is_bounded()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("digits.onnx", DigitsAssets.Mlp());
        ToolRun run = ToolRun.Of("verify", model, "--reduction-error", "--input-range", "0..0.5", "--nodes", "3", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        double bound = run.Json.GetProperty("bound").GetDouble(), found = run.Json.GetProperty("found").GetDouble();
        Assert.InRange(found, 1e-6, bound);
        Assert.Equal(64, run.Json.GetProperty("input").GetArrayLength());
        double[] Outputs(string name) => [.. run.Json.GetProperty("outputs").GetProperty(name).EnumerateArray().Select(static v => (double)v.GetSingle())];
        Assert.Equal(found, Outputs("original").Zip(Outputs("reduced"), static (a, b) => Math.Abs(a - b)).Max());
        string below = (found / 2).ToString(System.Globalization.CultureInfo.InvariantCulture), above = (bound * 2).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(1, ToolRun.Of("verify", model, "--reduction-error", "--input-range", "0..0.5", "--nodes", "3", "--max-error", below).ExitCode);
        Assert.Equal(0, ToolRun.Of("verify", model, "--reduction-error", "--input-range", "0..0.5", "--nodes", "3", "--max-error", above).ExitCode);
        Assert.Equal(3, ToolRun.Of("verify", model, "--reduction-error", "--hashing", "none").ExitCode);
    }

    [Fact]
    public void Values_are_sampled()
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of("verify", "--sample", "2000", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal((2000, 0), (run.Json.GetProperty("points").GetInt64(), run.Json.GetProperty("escapes").GetArrayLength()));
        string model = folder.Write("m.onnx", Relu.ToBytes());
        run = ToolRun.Of("verify", model, "--sample", "1000", "--input-range", "-1..1");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("1000 points in 4 boxes", run.Output, StringComparison.Ordinal);
        Assert.Equal(3, ToolRun.Of("verify", model, "--sample", "0").ExitCode);
    }

    [Fact]
    public void Instances_are_verified_one_by_one()
    {
        using var folder = new TemporaryFolder();
        folder.Write("onnx/m.onnx", Relu.ToBytes());
        folder.Write("p/holds.vnnlib", Box + "(assert (<= Y_0 -0.001))");
        folder.Write("p/violated.vnnlib", Box + "(assert (>= Y_0 0.75))");
        string list = folder.Write("instances.csv", "onnx/m.onnx,p/holds.vnnlib,60\nonnx/m.onnx,p/violated.vnnlib,60\n\n");
        ToolRun run = ToolRun.Of("verify", "--instances", list, "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal((1, 1, 0, 0, 0), (Of("holds"), Of("violated"), Of("unknown"), Of("timeout"), Of("errors")));
        Assert.Equal(["p/holds.vnnlib", "p/violated.vnnlib"], run.Json.GetProperty("instances").EnumerateArray().Select(static i => i.GetProperty("property").GetString()));
        Assert.Contains("violated", ToolRun.Of("verify", "--instances", list).Output, StringComparison.Ordinal);
        File.AppendAllText(list, "onnx/m.onnx,p/none.vnnlib,60\n");
        Assert.Equal(3, ToolRun.Of("verify", "--instances", list).ExitCode);

        int Of(string name) => run.Json.GetProperty(name).GetInt32();
    }

    [Fact]
    public void Statements_are_decided()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes());
        foreach ((int exitCode, string result, string[] arguments) in new (int, string, string[])[]
        {
            (0, "holds", ["--range", "Y:-0.1..1.1", "--input-range", "-1..1"]),
            (1, "violated", ["--range", "Y[1]:..0.5", "--over", "X:-1..1"]),
            (0, "holds", ["--monotone", "X[1]:+:Y[1]", "--input-range", "-1..1"]),
            (1, "violated", ["--monotone", "X[1]:-:Y[1]", "--slack", "0.5", "--input-range", "-1..1"]),
            (0, "holds", ["--equivalent", model, "--within", "1e-4", "--input-range", "-1..1"]),
        })
        {
            ToolRun run = ToolRun.Of(["verify", model, "--json", .. arguments]);
            Assert.Equal((exitCode, "", result), (run.ExitCode, run.Error, run.Json.GetProperty("result").GetString()));
        }

        JsonElement both = ToolRun.Of("verify", model, "--range", "Y:-1..2", "--range", "Y:0.5..2", "--input-range", "0..1", "--json").Json;
        Assert.Equal((1, 1), (both.GetProperty("holds").GetInt32(), both.GetProperty("violated").GetInt32()));
        Assert.Equal("range Y:0.5..2", both.GetProperty("instances")[1].GetProperty("property").GetString());
    }

    [Fact]
    public void Robustness_is_told_sample_by_sample()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes());
        string samples = Samples.WriteArray(folder, "x.npy", Tensor.Of([0.5f, 0.1f, 0.2f, 0.25f, 0.9f, 0.1f], 3, 2)), labels = folder.Write("y.txt", "0\n1\n1\n");
        ToolRun run = ToolRun.Of("verify", model, "--robust", samples, "--epsilon", "0.1", "--labels", labels, "--json");
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        JsonElement[] all = [.. run.Json.GetProperty("samples").EnumerateArray()];
        Assert.Equal(["holds", "violated", "violated"], all.Select(static s => s.GetProperty("result").GetString()));
        Assert.Equal([false, false, true], all.Select(static s => s.GetProperty("misclassified").GetBoolean()));
        Assert.Equal(2, all[1].GetProperty("counterexample").GetProperty("input").GetArrayLength());
        Assert.Contains("robust: 1 of 3 samples; 2 are not (1 of them misclassified), 0 undecided", ToolRun.Of("verify", model, "--robust", samples, "--epsilon", "0.1", "--labels", labels).Output, StringComparison.Ordinal);

        Assert.Equal(0, ToolRun.Of("verify", model, "--robust", samples, "--epsilon", "0.1", "--within", "0.11").ExitCode);
        Assert.Equal(1, ToolRun.Of("verify", model, "--robust", samples, "--epsilon", "0.1", "--within", "0.05").ExitCode);
        // Clipped, the third sample cannot move at all.
        Assert.Equal("holds", ToolRun.Of("verify", model, "--robust", samples, "--epsilon", "9", "--over", "X[0]:0.9..0.9,X[1]:0.1..0.1", "--json").Json.GetProperty("samples")[2].GetProperty("result").GetString());
    }

    [Theory]
    [InlineData("--epsilon is for --robust", "--epsilon", "1")]
    [InlineData("is no range such as", "--range", "Y[0]")]
    [InlineData("'Q' is not the name of an output: Y and y are", "--range", "Q:0..1")]
    [InlineData("says no epsilon", "--robust", "x.npy")]
    [InlineData("x.npy", "--robust", "x.npy", "--epsilon", "1")]
    [InlineData("is about a reduced network", "--equivalent", "trained", "--within", "1")]
    [InlineData("--network takes f=a.onnx", "--network", "f", "--range", "Y:0..1")]
    public void Statements_that_cannot_be_are_errors(string message, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        ToolRun run = ToolRun.Of(["verify", folder.Write("m.onnx", Relu.ToBytes()), .. arguments]);
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_networks_are_compared()
    {
        const string Text = """
            (vnnlib-version <2.0>)
            (declare-network f (declare-input X float32 [1,2]) (declare-output Y float32 [1,2]))
            (declare-network g (isomorphic-to f) (declare-input U float32 [1,2]) (declare-output V float32 [1,2]))
            (assert (and (<= -1 X[0,0]) (<= X[0,0] 1) (<= -1 X[0,1]) (<= X[0,1] 1) (== X[0,0] U[0,0]) (== X[0,1] U[0,1])))
            (assert (or (> Y[0,0] (+ V[0,0] LIMIT)) (> V[0,0] (+ Y[0,0] LIMIT))))
            """;
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes()), other = folder.Write("o.onnx", Relu.ToBytes());
        string close = folder.Write("close.vnnlib", Text.Replace("LIMIT", "0.001", StringComparison.Ordinal)), never = folder.Write("never.vnnlib", Text.Replace("LIMIT", "-0.5", StringComparison.Ordinal));
        string proof = Path.Combine(folder.FullPath, "proof.json");
        Assert.Equal(0, ToolRun.Of("verify", model, other, close, "--certificate", proof).ExitCode);
        Assert.Equal(0, ToolRun.Of("check", model, other, close, proof).ExitCode);
        ToolRun run = ToolRun.Of("verify", "--network", "g=" + other, "--network", "f=" + model, never, "--json");
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        JsonElement[] networks = [.. run.Json.GetProperty("counterexample").GetProperty("networks").EnumerateArray()];
        Assert.Equal(["f", "g"], networks.Select(static n => n.GetProperty("name").GetString()));
        Assert.Equal(networks[0].GetProperty("input")[0].GetSingle(), networks[1].GetProperty("input")[0].GetSingle());
        Assert.Contains("network 'g' has no model", ToolRun.Of("verify", model, close).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_gets_verdicts_of_statements_and_keeps_certificates()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes()), holds = folder.Write("holds.vnnlib", Box + "(assert (<= Y_0 -0.001))");
        string file = Path.Combine(folder.FullPath, "m.verdicts.json"), tests = Path.Combine(folder.FullPath, "tests"), kept = Path.Combine(folder.FullPath, "holds.redgen.proof.json");
        string[] build = ["verify", model, holds, "--verdict", file, "--tests", tests, "--input-range", "-1..1", "--prove", "range Y:-1..2|monotone X[1]:-:Y[1] slack 0.25"];

        Assert.Equal(0, ToolRun.Of([.. build, "--keep-certificates"]).ExitCode);
        PropertyVerdict[] verdicts = [.. VerdictFile.Read(File.ReadAllText(file), out _)!.Properties];
        Assert.Equal([PropertyResult.Holds, PropertyResult.Holds, PropertyResult.Violated], verdicts.Select(static p => p.Result));
        Assert.Equal(("range Y:-1..2", "inputs -1..1"), (verdicts[1].Name, verdicts[1].Detail));
        Assert.Equal(StatementReader.ReadAll("range Y:-1..2").Single().Sha256("-1..1", static _ => ""), verdicts[1].Sha256);
        string test = File.ReadAllText(verdicts[2].Test);
        Assert.Contains(".Predict(xBefore, yBefore);", test, StringComparison.Ordinal);
        Assert.Contains(".Predict(xAfter, yAfter);", test, StringComparison.Ordinal);
        Assert.Contains("(double)xBefore[1] + -(double)xAfter[1] <= 0", test, StringComparison.Ordinal);
        Assert.Contains("&& (double)yBefore[1] + -(double)yAfter[1] + 0.25d < 0", test, StringComparison.Ordinal);

        // The certificate is checked, nothing is searched; statements have none.
        Assert.True(File.Exists(kept));
        Assert.Equal(0, ToolRun.Of([.. build, "--check-only"]).ExitCode);
        verdicts = [.. VerdictFile.Read(File.ReadAllText(file), out _)!.Properties];
        Assert.Equal([PropertyResult.Holds, PropertyResult.Unknown, PropertyResult.Unknown], verdicts.Select(static p => p.Result));
        Assert.Equal("a certificate checked", verdicts[0].Detail);

        // One about another text of the property proves nothing: it is searched, or undecided.
        File.AppendAllText(holds, "\n");
        Assert.Equal(0, ToolRun.Of([.. build, "--check-only"]).ExitCode);
        Assert.Contains("proves nothing: the certificate is about another property, and nothing is searched", VerdictFile.Read(File.ReadAllText(file), out _)!.Properties[0].Reason, StringComparison.Ordinal);
        Assert.Equal(0, ToolRun.Of(build).ExitCode);
        Assert.Equal((PropertyResult.Holds, ""), (VerdictFile.Read(File.ReadAllText(file), out _)!.Properties[0].Result, VerdictFile.Read(File.ReadAllText(file), out _)!.Properties[0].Detail));
        File.WriteAllText(kept, "{");
        Assert.Equal(0, ToolRun.Of([.. build, "--check-only"]).ExitCode);
        Assert.Contains("it is not the JSON of a certificate", VerdictFile.Read(File.ReadAllText(file), out _)!.Properties[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_has_certified_radii()
    {
        using var folder = new TemporaryFolder();
        string model = folder.Write("m.onnx", Relu.ToBytes()), samples = Samples.WriteArray(folder, "x.npy", Tensor.Of([0.5f, 0.1f, 0.2f, 0.25f], 2, 2)), labels = folder.Write("y.txt", "0\n0\n");
        JsonElement[] radii = [.. ToolRun.Of("report", model, "--radius", samples, "--labels", labels, "--json").Json.GetProperty("radii").EnumerateArray()];
        Assert.Equal(2, radii.Length);
        // The classes are 0.4 apart, so each input may move by almost 0.2; the second sample is of another class.
        Assert.InRange(radii[0].GetProperty("before").GetDouble(), 0.198, 0.2);
        Assert.Equal((0d, 0d), (radii[1].GetProperty("before").GetDouble(), radii[1].GetProperty("after").GetDouble()));
        Assert.Contains("Certified radius", ToolRun.Of("report", model, "--radius", samples).Output, StringComparison.Ordinal);
        Assert.Empty(ToolRun.Of("report", model, "--json").Json.GetProperty("radii").EnumerateArray());
        Assert.NotEqual(0, ToolRun.Of("report", model, "--radius", samples, "--radius-most", "0").ExitCode);
    }
}
