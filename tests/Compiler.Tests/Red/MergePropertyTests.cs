using System;
using System.Collections.Generic;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;
using RedGen.Compiler.Red.Merge;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Tests.Passes;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Red;

/// <summary>Merging keeps what random graphs compute and takes every planted duplicate. REDGEN_PROPERTY_CASES asks for more cases.</summary>
public sealed class MergePropertyTests(ITestOutputHelper output)
{
    private static readonly int Cases = int.TryParse(Environment.GetEnvironmentVariable("REDGEN_PROPERTY_CASES"), out int cases) ? cases : 100;

    [Fact]
    public void Planted_duplicates_of_float_networks_go_and_the_outputs_stay() => PlantedGoes(MergeChecks.Unhashed);

    [Fact]
    public void Planted_duplicates_of_hashed_networks_go_and_the_outputs_stay() => PlantedGoes(graph => MergeChecks.Hash(graph));

    [Fact]
    public void Random_graphs_of_all_kinds_keep_their_outputs()
    {
        int rewritten = 0;
        Check((seed, size) =>
        {
            Graph graph = PassPipeline.Optimising.Aggregate(RandomGraph.Make(seed, 2 * size), (g, pass) => Rewriting.Apply(pass, g));
            HashedGraph hashed = MergeChecks.Hash(MergeChecks.Plant(graph), isFine: graph.Nodes.Length % 2 == 0);
            MergedGraph merged = MergeChecks.Merge(hashed, seed);
            if (ReferenceEquals(merged.Graph, hashed.Graph)) return;
            rewritten++;
        });
        output.WriteLine($"{rewritten} of {Cases} graphs were rewritten");
        Assert.InRange(rewritten, Cases / 50, Cases);
    }

    [Fact]
    public void Merging_gives_the_same_text_twice() => Check((seed, size) =>
    {
        string Text() => GraphPrinter.Print(MergeOutputs.Run(MergeChecks.Hash(PlantedGraph.Make(seed, size).Graph), default).Graph);
        Assert.Equal(Text(), Text());
    });

    private void PlantedGoes(Func<Graph, HashedGraph> hash)
    {
        int gone = 0;
        int planted = 0;
        Check((seed, size) =>
        {
            PlantedGraph graph = PlantedGraph.Make(seed, size);
            HashedGraph hashed = hash(graph.Graph);
            MergedGraph merged = MergeChecks.Merge(hashed, seed);
            foreach (KeyValuePair<string, int> layer in graph.Expected)
            {
                int before = MergeChecks.OutputsOf(hashed.Graph, layer.Key);
                int after = MergeChecks.OutputsOf(merged.Graph, layer.Key);
                Assert.True(after <= layer.Value, $"'{layer.Key}' has {after} outputs, {layer.Value} are different:\n{GraphPrinter.Print(graph.Graph)}\nmerged:\n{GraphPrinter.Print(merged.Graph)}");
                Assert.Equal(before - after, merged.OutputsMerged[layer.Key]);
                gone += before - after;
                planted += before - layer.Value;
            }
        });
        output.WriteLine($"{gone} outputs went, {planted} were planted duplicates");
        Assert.InRange(planted, Cases, gone);
    }

    private static void Check(Action<int, int> assert)
    {
        Gen<(int Seed, int Size)> cases = Gen.Choose(0, int.MaxValue - 1).SelectMany(seed => Gen.Choose(1, 8).Select(size => (seed, size)));
        Arbitrary<(int Seed, int Size)> arbitrary = Arb.From(cases, c => Enumerable.Range(1, c.Size - 1).Select(size => (c.Seed, size)));
        Prop.ForAll(arbitrary, c => assert(c.Seed, c.Size)).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(20261125, 77));
    }
}
