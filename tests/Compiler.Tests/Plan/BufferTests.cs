using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Plan;

/// <summary>Placement of values, seen through models whose outputs and inputs meet in odd ways; each is run.</summary>
public sealed class BufferTests
{
    private static readonly CompilerOptions AsWritten = new() { Optimise = false };

    private static ReferenceTensor X { get; } = RandomTensor.Of(ElementType.Float32, 1, 2, 3);

    private static OnnxModelWriter Model() => new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 2, 3);

    private static double[] Relu(ReferenceTensor x) => [.. x.Reals!.Select(v => System.Math.Max(v, 0))];

    [Fact]
    public void An_output_that_is_an_input_is_copied()
    {
        using var model = CompiledModel.Compile(Model().Output("x", ElementType.Float32, 2, 3).ToSource(), AsWritten);
        Assert.Equal(X.Reals, model.Run(X)[0].Reals);
    }

    [Fact]
    public void An_output_that_is_a_constant_is_copied()
    {
        using var model = CompiledModel.Compile(Model().Initializer("c", [1f, 2f], 2).Output("c", ElementType.Float32, 2).ToSource(), AsWritten);
        Assert.Equal([1, 2], model.Run(X)[0].Reals!);
    }

    [Fact]
    public void One_value_under_two_output_names_is_written_twice()
    {
        OnnxModelWriter writer = Model().Node("Relu", "x", "y").Node("Flatten", "y", "z").Output("y", ElementType.Float32, 2, 3).Output("z", ElementType.Float32, 2, 3);
        using var model = CompiledModel.Compile(writer.ToSource(), AsWritten);
        ReferenceTensor[] outputs = model.Run(X);
        Assert.Equal(Relu(X), outputs[0].Reals);
        Assert.Equal(Relu(X), outputs[1].Reals);
    }

    [Fact]
    public void A_view_of_an_input_reaches_the_output()
    {
        using var model = CompiledModel.Compile(Model().Node("Flatten", "x", "y", n => n.Int("axis", 0)).Output("y", ElementType.Float32, 1, 6).ToSource(), AsWritten);
        Assert.Equal(X.Reals, model.Run(X)[0].Reals);
    }

    [Fact]
    public void A_step_never_overwrites_the_callers_input()
    {
        using var model = CompiledModel.Compile(Model().Node("Relu", "x", "h").Node("Relu", "h", "y").Output("y", ElementType.Float32, 2, 3).ToSource(), AsWritten);
        Assert.All(model.Plan.Buffers.Values.Where(b => b.Storage == Storage.Input), b => Assert.Equal("x", b.Name));
        Assert.Equal(Relu(X), model.Run(X)[0].Reals);
    }

    [Fact]
    public void A_chain_of_elementwise_steps_needs_no_scratch_memory()
    {
        OnnxModelWriter writer = Model().Node("Relu", "x", "a").Node("Relu", "a", "b").Node("Relu", "b", "y").Output("y", ElementType.Float32, 2, 3);
        using var model = CompiledModel.Compile(writer.ToSource(), AsWritten);
        Assert.Equal(0, model.Plan.ArenaBytes);
    }

    [Fact]
    public void A_value_that_is_read_later_is_not_overwritten()
    {
        OnnxModelWriter writer = Model().Initializer("w", [1f, 0f, 0f, 0f, 1f, 0f, 0f, 0f, 1f], 3, 3)
            .Node("Gemm", "x,w", "g").Node("Relu", "g", "r").Node("Gemm", "r,w", "y").Node("Gemm", "g,w", "z")
            .Output("y", ElementType.Float32, 2, 3).Output("z", ElementType.Float32, 2, 3);
        using var model = CompiledModel.Compile(writer.ToSource(), AsWritten);
        ReferenceTensor[] outputs = model.Run(X);
        Assert.Equal(Relu(X), outputs[0].Reals);
        Assert.Equal(X.Reals, outputs[1].Reals);
    }
}
