using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text.Json;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Passes;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Passes;

/// <summary>The pipeline keeps what trained models compute; models that do not compile yet are named in the output.</summary>
public sealed class ModelPassTests(ITestOutputHelper output)
{
    /// <summary>The reference interpreter is slow: models beyond this many bytes only have their graphs checked.</summary>
    private const long LargestRun = 2 << 20;

    [SharedFact("models")]
    public void Trained_models_keep_their_outputs()
    {
        foreach (string path in SharedData.ModelsIn(Path.Combine(SharedData.Root, "models")))
        {
            string name = Path.GetFileName(Path.GetDirectoryName(path)!);
            if (Load(path, out string reason) is not { } before)
            {
                output.WriteLine($"{name}: skipped, {reason}");
                continue;
            }

            Graph after = before;
            foreach (GraphPass pass in PassPipeline.Optimising.AddRange(PassPipeline.Fusing))
            {
                after = Rewriting.Apply(pass, after);
                Assert.Empty(GraphValidator.Validate(after));
            }

            Rewriting.AssertKept(before, after);
            bool runs = new FileInfo(path).Length <= LargestRun;
            if (runs) Rewriting.AssertSame(before, after, seed: 3, tolerance: 1e-5);
            output.WriteLine($"{name}: {before.Nodes.Length} nodes → {after.Nodes.Length}{(runs ? "" : " (not run)")}: {Counts(after)}");
        }
    }

    /// <summary>A model as a graph, or null with the reason why it does not compile yet.</summary>
    internal static Graph? Load(string path, out string reason, bool optimise = false)
    {
        var diagnostics = new DiagnosticBag();
        Model? model = OnnxReader.Read(SharedData.Load(path), diagnostics, default);
        Graph? graph = model is null ? null : ModelCompiler.Normalise(model, TestOptions.Exact with { Optimise = optimise, Dims = Dims(path) }, diagnostics, default);
        reason = string.Join("; ", diagnostics.ToImmutable().Where(d => d.Severity == Severity.Error).Select(d => d.Message).Take(1));
        return diagnostics.HasErrors ? null : graph;
    }

    /// <summary>The lengths that the model's reference outputs were made with.</summary>
    private static ImmutableSortedDictionary<string, int> Dims(string path)
    {
        using JsonDocument meta = JsonDocument.Parse(File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "meta.json")));
        if (!meta.RootElement.TryGetProperty("fixed_shape", out JsonElement shape) || shape.ValueKind != JsonValueKind.Array) return TestOptions.Exact.Dims;
        string input = meta.RootElement.GetProperty("inputs")[0].GetProperty("name").GetString()!;
        return TestOptions.Exact.Dims.AddRange(shape.EnumerateArray().Select((d, axis) => KeyValuePair.Create($"{input}:{axis}", d.GetInt32())));
    }

    private static string Counts(Graph graph)
    {
        IEnumerable<IGrouping<string, Node>> groups = graph.Nodes.GroupBy(n => n.Operator.Name).OrderByDescending(g => g.Count()).ThenBy(g => g.Key);
        return string.Join(", ", groups.Select(g => g.Key + " " + g.Count()));
    }
}
