using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Planning;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Fuzzing;

/// <summary>A plan file is a text that anybody can edit: whatever it holds, the model compiles, with it or with a warning.</summary>
[Collection(AloneCollection.Name)]
public sealed class PlanFileFuzzTests(ITestOutputHelper output)
{
    private static readonly CompilerOptions Options = new() { Hashing = Hashing.Adaptive };
    private static readonly string[] Numbers = ["0", "0.001", "-1", "1e39", "-1e300", "\"NaN\"", "\"Infinity\"", "2147483647", "4294967296", "1e-45", "null", "[]", "{}", "true", "\"\""];

    [Fact]
    public void Damaged_plans_end_in_sources()
    {
        ModelSource source = ModelSource.FromBytes("digits.onnx", DigitsAssets.Mlp());
        HashingPlan plan = Tuner.Run(source, Options, null, null, new DiagnosticBag(), default)!;
        string[] lines = PlanFile.Write(plan, source.Sha256, PlanFile.Fingerprint(Options, "")).Split('\n');
        int used = 0, stale = 0;
        FuzzReport report = new FuzzHarness(bytes =>
        {
            CompilationResult result = ModelCompiler.Compile(source with { PlanText = Encoding.UTF8.GetString(bytes) }, Options);
            if (!result.Success) throw new InvalidOperationException(string.Join("; ", result.Diagnostics));
            bool isStale = result.Diagnostics.Any(static d => d.Id == "RG0025");
            if (isStale == result.Plan!.Reduction.IsTuned) throw new InvalidOperationException("a plan is used, or a warning says why not");
            if (result.Plan.Graph.Initializers.Values.Any(static t => t.ElementType == Graphs.ElementType.Float32 && t.AsSpan<float>().ToArray().Any(static f => !float.IsFinite(f))))
                throw new InvalidOperationException("a weight is not finite");
            if (isStale) stale++;
            else used++;
        }).Run(Cases(lines, FuzzHarness.CasesFromEnvironment(300)));
        output.WriteLine(report + $", {used} plans used, {stale} not");
        Assert.True(report.Failures.Count == 0, string.Join("\n", report.Failures));
        Assert.True(used > 0 && stale > 0);
    }

    private static IEnumerable<byte[]> Cases(string[] lines, int count) => Enumerable.Range(0, count).Select(number =>
    {
#pragma warning disable CA5394 // a seeded generator is the point
        var random = new Random(unchecked((number * 7919) + 29));
        List<string> mutant = [.. lines];
        for (int i = random.Next(4) == 0 ? 3 : 1; i > 0; i--) Mutate(mutant, random);
        return Encoding.UTF8.GetBytes(string.Join('\n', mutant));
    });

    private static void Mutate(List<string> lines, Random random)
    {
        int at = random.Next(lines.Count), other = random.Next(lines.Count);
        int longest = lines.IndexOf(lines.MaxBy(static l => l.Length)!);
        switch (random.Next(12))
        {
            case 0: lines.RemoveAt(at); break;
            case 1: lines.Insert(at, lines[other]); break;
            case 2: (lines[at], lines[other]) = (lines[other], lines[at]); break;
            case 3: lines.RemoveRange(at, Math.Min(lines.Count - at - 1, random.Next(20))); break;
            case 4: lines[at] = Letter(lines[at], (char)random.Next(32, 127), random); break;
            case < 8: lines[longest] = Letter(lines[longest], (char)random.Next('A', 'Z' + 1), random); break;
            default: lines[at] = Number(lines[at], Numbers[random.Next(Numbers.Length)]); break;
        }

        if (lines.Count == 0) lines.Add("");
    }

    /// <summary>The number of a line, or the value of its name, becomes another.</summary>
    private static string Number(string line, string number)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        string start = colon < 0 ? line[..(line.Length - line.TrimStart().Length)] : line[..(colon + 2)];
        return start + number + (line.EndsWith(',') ? "," : "");
    }

    private static string Letter(string line, char letter, Random random)
    {
        if (line.Length == 0) return "x";
        int place = random.Next(line.Length);
        return line[..place] + letter + line[(place + 1)..];
    }
#pragma warning restore CA5394
}
