using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Choices;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Tests.Layouts;
using RedGen.Compiler.Tests.Linear;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Plan;

/// <summary>Which kernel computes a step: by a table of costs, or as a plan file says.</summary>
public sealed class KernelChoiceTests
{
    private const int Networks = 60;

    /// <summary>A layer that tiles pay for, behind one that they do not.</summary>
    private static readonly ModelSource TwoLayers = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 3, 24, 24)
        .Initializer("v", [.. Enumerable.Range(0, 32 * 3 * 9).Select(static i => MathF.Sin(i))], 32, 3, 3, 3)
        .Initializer("w", [.. Enumerable.Range(0, 32 * 32 * 9).Select(static i => MathF.Sin(i) / 9)], 32, 32, 3, 3)
        .Node("Conv", "x, v", "c", static n => n.Ints("pads", 1, 1, 1, 1)).Node("Relu", "c", "r")
        .Node("Conv", "r, w", "y", static n => n.Ints("pads", 1, 1, 1, 1)).Output("y").ToSource();

    [Fact]
    public void Random_networks_give_the_same_results_whatever_the_choice()
    {
        using var batch = new ModelBatch();
        var models = new List<(RandomModel Random, CompiledModel Compiled)>();
        int choices = 0;
        for (int seed = 0; seed < Networks; seed++)
        {
            RandomModel model = RandomNetwork.Create(seed);
            ImmutableArray<StepCandidates> steps = Candidates(model.Writer.ToSource());
            Assert.All(steps, static s => Assert.Equal(s.Kernels.Length, s.Kernels.Distinct().Count()));
            var random = new Random(seed);
            var kernels = steps.ToImmutableDictionary(static s => s.Node, s => s.Kernels[random.Next(s.Kernels.Length)]);
            choices += steps.Count(s => kernels[s.Node] != s.Chosen);
            models.Add((model, batch.Add($"network {seed}", model.Writer, TestOptions.Exact with { Kernels = kernels })));
            Assert.DoesNotContain(models[^1].Compiled.Result.Diagnostics, static d => d.Id == "RG0031");
        }

        Assert.InRange(choices, Networks, int.MaxValue);
        batch.Build();
        foreach ((RandomModel random, CompiledModel model) in models)
        {
            // A deep network adds up large values to small ones.
            double largest = model.RunReference(random.Values).Max(static o => (o.Reals ?? []).Select(Math.Abs).DefaultIfEmpty().Max());
            model.AssertAgrees(1e-4, 1e-4 * Math.Max(1, largest), random.Values);
        }
    }

    [Fact]
    public void Every_kernel_of_a_step_is_taken_where_the_plan_file_says_so()
    {
        foreach (StepCandidates step in Candidates(TwoLayers))
        {
            foreach (string kernel in step.Kernels)
            {
                CompilationResult result = Compile(Selection((step.Node, kernel)));
                Assert.DoesNotContain(result.Diagnostics, static d => d.Id == "RG0031");
                Step taken = result.Plan!.Root.Steps.Single(s => s.Nodes.Any(n => n.Name == step.Node));
                Assert.Equal(kernel, taken.Kernel);
                Assert.Equal(result.Sources.Select(static s => s.Text), Compile(Selection((step.Node, kernel))).Sources.Select(static s => s.Text));
            }
        }
    }

    [Fact]
    public void Kernels_are_the_same_after_writing_and_reading()
    {
        KernelSelection written = Selection(("Conv_0", "Conv.Simd"), ("Conv_1", "ChannelsLast.Winograd.2x2"));
        string text = PlanFile.WithKernels(null, TwoLayers.Sha256, written);
        KernelSelection read = PlanFile.ReadKernels(text, TwoLayers.Sha256, written.Options, out string problem)!;
        Assert.Equal("", problem);
        Assert.Equal((written.Options, written.Machine), (read.Options, read.Machine));
        Assert.Equal(written.Choices.AsEnumerable(), read.Choices.AsEnumerable());
        Assert.Equal(text, PlanFile.WithKernels(text, TwoLayers.Sha256, read));
        Assert.Null(PlanFile.ReadKernels(PlanFile.WithKernels(text, TwoLayers.Sha256, null), TwoLayers.Sha256, written.Options, out _));
    }

    [Fact]
    public void A_reduction_stays_when_kernels_are_measured_again()
    {
        var options = new CompilerOptions();
        var plan = new HashingPlan([], 0.1, double.NaN, 0, "nothing");
        string reduction = PlanFile.Write(plan, TwoLayers.Sha256, PlanFile.Fingerprint(options, ""));
        string both = PlanFile.WithKernels(reduction, TwoLayers.Sha256, Selection(("Conv_0", "Conv.Simd")));
        Assert.NotEqual(reduction, both);
        Assert.NotNull(PlanFile.Read(both, TwoLayers.Sha256, PlanFile.Fingerprint(options, ""), out _));
        Assert.Equal(reduction, PlanFile.WithKernels(both, TwoLayers.Sha256, null));
    }

    [Fact]
    public void A_plan_of_kernels_only_says_nothing_about_the_reduction()
    {
        CompilerOptions options = TestOptions.Exact with { Hashing = Hashing.Adaptive };
        string text = PlanFile.WithKernels(null, TwoLayers.Sha256, Selection() with { Options = KernelSelection.Fingerprint(options) });
        Assert.Empty(ModelCompiler.Compile(TwoLayers with { PlanText = text }, options).Diagnostics);
    }

    [Theory]
    [InlineData("another model", "they are for another model")]
    [InlineData("other options", "they were measured with other options")]
    [InlineData("unknown step", "no step of this model is named after it")]
    [InlineData("unknown kernel", "kernel 'ChannelsLast.Winograd.9x9' does not serve it")]
    [InlineData("kernel of another step", "kernel 'Pool.Simd' does not serve it")]
    [InlineData("twice", "has two")]
    public void What_does_not_fit_is_left_with_a_warning(string kind, string problem)
    {
        string node = Candidates(TwoLayers)[^1].Node;
        KernelSelection selection = kind switch
        {
            "unknown step" => Selection(("nothing", "Conv.Simd")),
            "unknown kernel" => Selection((node, "ChannelsLast.Winograd.9x9")),
            "kernel of another step" => Selection((node, "Pool.Simd")),
            "other options" => Selection((node, "Conv.Simd")) with { Options = "hashing=Kde" },
            "twice" => Selection((node, "Conv.Simd"), (node, "Conv.Simd")),
            _ => Selection((node, "Conv.Simd")),
        };
        CompilationResult result = Compile(selection, kind == "another model" ? "00" : TwoLayers.Sha256);
        Assert.True(result.Success);
        Assert.Contains(problem, Assert.Single(result.Diagnostics, static d => d.Id == "RG0031").Message);
        Assert.Equal(ModelCompiler.Compile(TwoLayers, TestOptions.Exact).Sources.Select(static s => s.Text), result.Sources.Select(static s => s.Text));
    }

    [Fact]
    public void The_table_of_costs_decides()
    {
        CostTable dear = CostTable.X64 with { Kernels = CostTable.X64.Kernels.SetItem("ChannelsLast.Winograd.4x4", new KernelCost(1e9, 0, 0)).SetItem("ChannelsLast.Winograd.2x2", new KernelCost(1e9, 0, 0)) };
        CostTable moves = CostTable.X64 with { Kernels = CostTable.X64.Kernels.SetItem("ToChannelsFirst", new KernelCost(1e9, 0, 0)) };
        string[] Kernels(CostTable? table) => [.. ModelCompiler.Compile(TwoLayers with { CostsText = table?.Write() }, TestOptions.Exact with { Costs = table is null ? "" : "mine.json" }).Plan!.Root.Steps.Select(static s => s.Kernel)];
        Assert.Contains("ChannelsLast.Winograd.4x4", Kernels(null));
        Assert.Equal(Kernels(null), Kernels(CostTable.X64));
        Assert.Contains("ChannelsLast.Direct", Kernels(dear));
        Assert.DoesNotContain(Kernels(dear), static k => k.Contains("Winograd", StringComparison.Ordinal));
        Assert.DoesNotContain(Kernels(moves), static k => k.Contains("ChannelsLast", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mine.json", null, "there is no such file")]
    [InlineData("mine.json", "{}", "its format is not this version's")]
    [InlineData("x65", null, "x64, x64-256 and arm64")]
    public void A_table_that_cannot_be_read_is_an_error(string name, string? text, string problem)
    {
        CompilationResult result = ModelCompiler.Compile(TwoLayers with { CostsText = text }, TestOptions.Exact with { Costs = name });
        Assert.False(result.Success);
        Assert.Contains(problem, Assert.Single(result.Diagnostics).Message);
    }

    private static ImmutableArray<StepCandidates> Candidates(ModelSource source) => ModelCompiler.Compile(source, TestOptions.Exact with { ListsKernels = true }).Plan!.Candidates;

    private static CompilationResult Compile(KernelSelection selection, string? sha256 = null)
        => ModelCompiler.Compile(TwoLayers with { PlanText = PlanFile.WithKernels(null, sha256 ?? TwoLayers.Sha256, selection) }, TestOptions.Exact);

    private static KernelSelection Selection(params (string Node, string Kernel)[] choices)
        => new(KernelSelection.Fingerprint(TestOptions.Exact), "a machine", [.. choices.Select(static c => new KernelChoice(c.Node, c.Kernel, 1.5))]);
}
