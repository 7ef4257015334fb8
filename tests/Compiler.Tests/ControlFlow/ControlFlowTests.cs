using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
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
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Random_nests_agree_with_the_interpreter(bool optimise, bool isOpen)
    {
        using var batch = new ModelBatch();
        RandomControlFlow[] cases = [.. Enumerable.Range(0, Models).Select(seed => new RandomControlFlow(seed, isOpen))];
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

    [Theory]
    [InlineData("m", true)]
    [InlineData("two", true)]
    [InlineData("m", false)]
    [InlineData("two", false)]
    public void What_no_run_changes_is_computed_before_the_loop(string trips, bool isSafe)
    {
        // A Gather by indices of run time may refuse them, which a loop that never runs must not.
        string invariant = isSafe ? "MatMul" : "Gather";
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 3, 3).Input("m", ElementType.Int64).Input("k", ElementType.Int64, 3).Initializer("two", [2L])
            .Node("Loop", trips + ",,x", "y", n => n.Graph("body", g => g.Input("i", ElementType.Int64).Input("go", ElementType.Bool).Input("v", ElementType.Float32, 3, 3)
                .Node(invariant, isSafe ? "x,x" : "x,k", "a").Node("Add", "v,a", "w").Output("go").Output("w"))).Output("y");
        using CompiledModel model = CompiledModel.Compile(writer, TestOptions.Exact);
        Assert.Equal(isSafe || trips == "two", model.Plan.Root.Steps.Any(s => s.Nodes[0].Operator.Name == invariant));
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 3, 3), k = new(ElementType.Int64, [3], [2L, 0, 1]);
        foreach (long count in new[] { 0L, 3 }) model.AssertAgrees(1e-5, 1e-5, x, new ReferenceTensor(ElementType.Int64, [], [count]), k);
        if (!isSafe && trips == "m") model.AssertAgrees(0, 0, x, new ReferenceTensor(ElementType.Int64, [], [0L]), new ReferenceTensor(ElementType.Int64, [3], [99L, 0, 0]));
    }

    private static System.Collections.Generic.IEnumerable<Compiler.Plan.Step> AllSteps(Compiler.Plan.ExecutionPlan plan)
        => plan.Root.Steps.SelectMany(s => s.Bodies.SelectMany(b => AllSteps(b.Plan)).Prepend(s));
}
