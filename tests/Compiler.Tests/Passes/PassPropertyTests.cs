using System;
using System.Collections.Generic;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Passes;

/// <summary>Passes keep what random graphs compute. REDGEN_PROPERTY_CASES asks for more cases than a build has time for.</summary>
public sealed class PassPropertyTests(ITestOutputHelper output)
{
    private static readonly int Cases = int.TryParse(Environment.GetEnvironmentVariable("REDGEN_PROPERTY_CASES"), out int cases) ? cases : 200;

    /// <summary>Arithmetic that folding reorders is rounded otherwise.</summary>
    private const double Rounding = 1e-5;

    [Fact]
    public void Eliminating_dead_code_keeps_every_bit() => Keeps(new EliminateDeadCode(), 0);

    [Fact]
    public void Eliminating_identities_keeps_every_bit() => Keeps(new EliminateIdentities(), 0);

    [Fact]
    public void Eliminating_common_subexpressions_keeps_every_bit() => Keeps(new EliminateCommonSubexpressions(), 0);

    [Fact]
    public void Folding_pads_keeps_the_outputs() => Keeps(new FoldPadIntoWindow(), Rounding);

    [Fact]
    public void Pushing_transposes_keeps_the_outputs() => Keeps(new PushTransposes(), Rounding);

    [Fact]
    public void Simplifying_arithmetic_keeps_the_outputs() => Keeps(new SimplifyArithmetic(), Rounding);

    [Fact]
    public void Folding_into_producers_keeps_the_outputs() => Keeps(new FoldAffineIntoProducer(), Rounding);

    [Fact]
    public void Folding_into_consumers_keeps_the_outputs() => Keeps(new FoldAffineIntoConsumer(), Rounding);

    [Fact]
    public void The_pipeline_keeps_the_outputs_and_every_pass_leaves_a_valid_graph()
        => ForAll(graph =>
        {
            Graph result = graph;
            foreach (GraphPass pass in PassPipeline.Optimising.AddRange(PassPipeline.Fusing))
            {
                result = Rewriting.Apply(pass, result);
                Rewriting.AssertKept(graph, result);
            }

            return result;
        }, Rounding);

    [Fact]
    public void The_pipeline_gives_the_same_text_twice()
        => Check(c => Assert.Equal(GraphPrinter.Print(Optimised(c)), GraphPrinter.Print(Optimised(c))));

    private static Graph Optimised((int Seed, int Nodes) c)
        => PassPipeline.Optimising.AddRange(PassPipeline.Fusing).Aggregate(RandomGraph.Make(c.Seed, c.Nodes), (graph, pass) => Rewriting.Apply(pass, graph));

    private void Keeps(GraphPass pass, double tolerance) => ForAll(graph =>
    {
        Graph result = Rewriting.Apply(pass, graph);
        Rewriting.AssertKept(graph, result);
        return result;
    }, tolerance);

    private void ForAll(Func<Graph, Graph> rewrite, double tolerance)
    {
        int rewritten = 0;
        Check(c =>
        {
            Graph graph = RandomGraph.Make(c.Seed, c.Nodes);
            Graph result = rewrite(graph);
            if (!ReferenceEquals(graph, result)) rewritten++;
            Rewriting.AssertSame(graph, result, c.Seed, tolerance);
        });
        output.WriteLine($"{rewritten} of {Cases} graphs were rewritten");

        // A property of graphs that a pass has nothing to do with says nothing.
        Assert.InRange(rewritten, Cases / 50, Cases);
    }

    /// <summary>A failure shrinks to the shortest beginning of the graph that fails.</summary>
    private static void Check(Action<(int Seed, int Nodes)> assert)
    {
        Gen<(int Seed, int Nodes)> cases = Gen.Choose(0, int.MaxValue - 1).SelectMany(seed => Gen.Choose(1, 16).Select(nodes => (seed, nodes)));
        Arbitrary<(int Seed, int Nodes)> arbitrary = Arb.From(cases, Shorter);
        Prop.ForAll(arbitrary, assert).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(20261122, 77));
    }

    private static IEnumerable<(int Seed, int Nodes)> Shorter((int Seed, int Nodes) c) => Enumerable.Range(1, c.Nodes - 1).Select(nodes => (c.Seed, nodes));
}
