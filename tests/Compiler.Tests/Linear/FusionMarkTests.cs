using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Linear;

/// <summary>Which nodes become one step with the convolution or product before them.</summary>
public sealed class FusionMarkTests
{
    [Fact]
    public void Bias_residual_and_activation_are_one_step()
    {
        ExecutionPlan plan = PlanOf(m => Conv(m).Initializer("b", [1f, 2f, 3f, 4f], 4, 1, 1).Input("r", ElementType.Float32, 1, 4, 6, 6)
            .Node("Add", "h, b", "hb").Node("Add", "r, hb", "s").Node("Relu", "s", "y").Output("y"));
        Step step = Assert.Single(plan.Root.Steps);
        Assert.Equal("Conv 3×3, 2 → 4 channels, pad 1, plus residual, then Relu", step.Summary);
        Assert.True(step.Inputs.SequenceEqual(["x", "r"]));
        Assert.Equal(1 * 4 * 36 * 2 * 9, step.MultiplyAdds);
    }

    [Fact]
    public void A_value_that_somebody_else_reads_ends_the_group()
        => Assert.Equal(2, PlanOf(m => Conv(m).Node("Relu", "h", "y").Output("y").Output("h")).Root.Steps.Length);

    [Fact]
    public void A_value_times_its_sigmoid_is_one_step()
    {
        ExecutionPlan plan = PlanOf(m => Conv(m).Node("Sigmoid", "h", "g").Node("Mul", "g, h", "y").Output("y"));
        Assert.EndsWith("then SiLU", Assert.Single(plan.Root.Steps).Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bias_that_varies_along_the_rows_is_no_bias_by_channel()
    {
        ExecutionPlan plan = PlanOf(m => Conv(m).Initializer("b", [1f, 2f, 3f, 4f, 5f, 6f], 6, 1).Node("Add", "h, b", "y").Output("y"));
        Assert.Equal(["Conv", "Add"], plan.Root.Steps.Select(s => s.Nodes[0].Operator.Name));
    }

    [Fact]
    public void A_residual_is_overwritten_only_where_it_is_not_also_the_input()
    {
        OnnxModelWriter Write(OnnxModelWriter m, string residual) => m.Input("x", ElementType.Float32, 1, 4, 6, 6).Input("z", ElementType.Float32, 1, 4, 6, 6)
            .Initializer("w", [.. Enumerable.Range(0, 16).Select(i => (float)i)], 4, 4, 1, 1)
            .Node("Exp", "x", "a").Node("Exp", "z", "b").Node("Conv", "a, w", "h").Node("Add", "h, " + residual, "s").Node("Neg", "s", "y").Output("y");
        ExecutionPlan apart = PlanOf(m => Write(m, "b"));
        ExecutionPlan same = PlanOf(m => Write(m, "a"));
        Assert.Equal(apart.Buffers["b"].Offset, apart.Buffers["s"].Offset);
        Assert.NotEqual(same.Buffers["a"].Offset, same.Buffers["s"].Offset);
    }

    private static OnnxModelWriter Conv(OnnxModelWriter m) => m.Input("x", ElementType.Float32, 1, 2, 6, 6)
        .Initializer("w", [.. Enumerable.Range(0, 72).Select(i => i * 0.1f)], 4, 2, 3, 3).Node("Conv", "x, w", "h", n => n.Ints("pads", 1, 1, 1, 1));

    private static ExecutionPlan PlanOf(Func<OnnxModelWriter, OnnxModelWriter> write)
    {
        CompilationResult result = ModelCompiler.Compile(write(new OnnxModelWriter()).ToSource().InPlanes(), TestOptions.Exact.InPlanes());
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return result.Plan!;
    }
}
