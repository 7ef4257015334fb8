using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Passes;

/// <summary>GELU that models write out with Erf is one function: of a layer, or of a tensor. Batch normalisation does not hold transposes up.</summary>
public sealed class WrittenGeluTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Gelu_behind_a_product_belongs_to_it(bool half, bool divides)
    {
        OnnxModelWriter writer = Constants(new OnnxModelWriter().Opset(13).Input("x", ElementType.Float32, 2, 5, 6)).Initializer("w", [.. RandomTensor.Of(ElementType.Float32, 4, 6, 20).Reals!.Select(v => (float)v)], 6, 20);
        using var model = CompiledModel.Compile(Gelu(writer.Node("MatMul", "x,w", "v"), half, divides));
        Assert.Single(model.Plan.Root.Steps);
        model.AssertAgrees(1e-5, 1e-5, RandomTensor.Of(ElementType.Float32, 1, 2, 5, 6));
    }

    [Fact]
    public void Gelu_of_a_tensor_is_one_call()
    {
        using var model = CompiledModel.Compile(Gelu(Constants(new OnnxModelWriter().Opset(13).Input("v", ElementType.Float32, 3, 50)), half: true, divides: true));
        Assert.Equal(["Elementwise.Lanes"], model.Plan.Root.Steps.Select(s => s.Kernel));
        model.AssertAgrees(1e-5, 1e-5, RandomTensor.Of(ElementType.Float32, 1, 3, 50));
        Assert.Equal(0, model.AllocatedBytes(RandomTensor.Of(ElementType.Float32, 1, 3, 50)));
    }

    [Fact]
    public void Another_factor_inside_is_computed_as_written()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(13).Input("v", ElementType.Float32, 3, 50).Initializer("root", [1.5f]).Initializer("one", [1f]);
        writer.Node("Div", "v,root", "q").Node("Erf", "q", "e").Node("Add", "e,one", "s").Node("Mul", "v,s", "y").Output("y");
        using var model = CompiledModel.Compile(writer);
        Assert.DoesNotContain(model.Plan.Root.Steps, s => s.Kernel == "Elementwise.Lanes");
        model.AssertAgrees(1e-5, 1e-5, RandomTensor.Of(ElementType.Float32, 1, 3, 50));
    }

    [Theory]
    [InlineData("Erf")]
    [InlineData("Exp")]
    [InlineData("Tanh")]
    [InlineData("Relu")]
    [InlineData("HardSwish")]
    public void An_activation_alone_is_one_call(string op)
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Opset(14).Input("x", ElementType.Float32, 3, 50).Node(op, "x", "y").Output("y"));
        Assert.Equal(["Elementwise.Lanes"], model.Plan.Root.Steps.Select(s => s.Kernel));
        model.AssertAgrees(1e-6, 1e-6, RandomTensor.Of(ElementType.Float32, 1, 3, 50));
    }

    [Fact]
    public void Transposes_around_a_batch_normalisation_cancel()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(13).Input("x", ElementType.Float32, 2, 7, 5);
        foreach ((string name, float first) in new[] { ("gamma", 0.5f), ("beta", -1f), ("mean", 0.25f), ("variance", 1.5f) })
            writer.Initializer(name, [.. Enumerable.Range(0, 5).Select(i => first + (i / 5f))], 5);
        writer.Node("Sigmoid", "x", "h").Node("Transpose", "h", "t", n => n.Ints("perm", 0, 2, 1)).Node("BatchNormalization", "t,gamma,beta,mean,variance", "b")
            .Node("Transpose", "b", "u", n => n.Ints("perm", 0, 2, 1)).Node("Add", "u,h", "y").Output("y");
        using var model = CompiledModel.Compile(writer);
        Assert.DoesNotContain(model.Plan.Root.Steps, s => s.Nodes.Any(n => n.Operator.Name is "Transpose" or "BatchNormalization"));
        model.AssertAgrees(1e-5, 1e-5, RandomTensor.Of(ElementType.Float32, 1, 2, 7, 5));
    }

    private static OnnxModelWriter Constants(OnnxModelWriter writer)
        => writer.Initializer("root", [MathF.Sqrt(2f)]).Initializer("inverse", [1f / MathF.Sqrt(2f)]).Initializer("one", [1f]).Initializer("half", [0.5f]);

    private static OnnxModelWriter Gelu(OnnxModelWriter writer, bool half, bool divides)
    {
        writer.Node(divides ? "Div" : "Mul", divides ? "v,root" : "inverse,v", "q").Node("Erf", "q", "e").Node("Add", "e,one", "s").Node("Mul", "v,s", "p");
        return half ? writer.Node("Mul", "p,half", "y").Output("y") : writer.Output("p");
    }
}
