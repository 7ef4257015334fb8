using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.ControlFlow;

/// <summary>Generated branches and loops do what the reference interpreter does.</summary>
public sealed class ControlFlowTests
{
    private const int Models = 100;

    /// <summary>Trip counts of run time: −1 … 3.</summary>
    private const int Runs = 5;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Random_nests_agree_with_the_interpreter(bool optimise)
    {
        using var batch = new ModelBatch();
        RandomControlFlow[] cases = [.. Enumerable.Range(0, Models).Select(seed => new RandomControlFlow(seed))];
        for (int seed = 0; seed < Models; seed++)
            batch.Add("seed " + seed, cases[seed].Write(), TestOptions.Exact with { Optimise = optimise });
        batch.Build();
        for (int seed = 0; seed < Models; seed++)
            for (int run = 0; run < Runs; run++) batch.Models[seed].AssertAgrees(1e-4, 1e-4, cases[seed].Inputs(run));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        using var batch = new ModelBatch();
        for (int seed = 0; seed < 40; seed++) batch.Add("seed " + seed, new RandomControlFlow(seed).Write(), TestOptions.Exact);
        batch.Build();
        for (int seed = 0; seed < 40; seed++) Assert.Equal(0, batch.Models[seed].AllocatedBytes(new RandomControlFlow(seed).Inputs(3)));
    }

    [Fact]
    public void The_nests_hold_every_kind()
    {
        string[] kernels = [.. Enumerable.Range(0, Models).SelectMany(seed => AllSteps(ModelCompiler.Compile(new RandomControlFlow(seed).Write().ToSource(), TestOptions.Exact).Plan!)).Select(s => s.Kernel)];
        foreach (string kernel in new[] { "If", "Loop", "Scan" }) Assert.InRange(kernels.Count(k => k == kernel), 15, int.MaxValue);
    }

    [Fact]
    public void Every_pass_keeps_the_graphs_promises()
    {
        for (int seed = 0; seed < Models; seed++)
        {
            int number = seed;
            var context = new PassContext(TestOptions.Exact, new DiagnosticBag(), CancellationToken.None);
            Graph graph = new RandomControlFlow(seed).Write().ToModel().Graph;
            foreach (ImmutableArray<GraphPass> passes in new[] { PassPipeline.Required, PassPipeline.Lowering, PassPipeline.Optimising, PassPipeline.Fusing })
            {
                graph = PassPipeline.Run(graph, passes, context, (pass, changed) =>
                {
                    ImmutableArray<string> problems = GraphValidator.Validate(changed);
                    Assert.True(problems.IsEmpty, $"seed {number}, after {pass.Name}: " + string.Join("; ", problems));
                });
            }

            Assert.Empty(context.Diagnostics.ToImmutable());
        }
    }

    private static System.Collections.Generic.IEnumerable<Compiler.Plan.Step> AllSteps(Compiler.Plan.ExecutionPlan plan)
        => plan.Root.Steps.SelectMany(s => s.Bodies.SelectMany(b => AllSteps(b.Plan)).Prepend(s));
}
