using System;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Passes;

/// <summary>What no input of the range needs is left out, and nothing else: the results are the same bits for every input of the range.</summary>
public sealed class TrustRangeTests
{
    private static readonly CompilerOptions Plain = new() { Hashing = Hashing.None, Float = FloatMode.Strict };
    private static readonly CompilerOptions Trusted = Plain with { TrustRange = true, InputRange = "-1..1" };

    [Fact]
    public void Neurons_that_are_never_on_are_left_out_and_the_bits_stay()
    {
        for (int seed = 0; seed < 4; seed++)
        {
            OnnxModelWriter writer = Network(seed, bias: 1.5f);
            using CompiledModel whole = CompiledModel.Compile(writer, Plain), trusted = CompiledModel.Compile(writer, Trusted);
            Assert.True(trusted.Plan.Root.Steps.Sum(static s => s.MultiplyAdds) < whole.Plan.Root.Steps.Sum(static s => s.MultiplyAdds), "nothing is left out");
            var random = new Random(seed);
            for (int k = 0; k < 200; k++)
            {
                double[] x = [.. Enumerable.Range(0, 3).Select(_ => (double)(float)(k < 8 ? random.Next(3) - 1 : (random.NextDouble() * 2) - 1))];
                Assert.Equal(Run(whole, x), Run(trusted, x));
            }
        }
    }

    [Theory]
    [InlineData("Flatten")]
    [InlineData("Reshape")]
    [InlineData("GlobalAveragePool")]
    public void Channels_that_are_never_on_are_left_out_and_the_bits_stay(string end)
    {
        for (int seed = 0; seed < 3; seed++)
        {
            OnnxModelWriter writer = Convolutions(seed, end);
            CompilationResult result = ModelCompiler.Compile(writer.ToSource(), Trusted);
            Assert.True(result.Success);
            string said = Assert.Single(result.Diagnostics, static d => d.Descriptor == DiagnosticCatalog.RangeTrusted).Message;
            Assert.DoesNotContain(" 0 channels", said, StringComparison.Ordinal);
            using CompiledModel whole = CompiledModel.Compile(writer, Plain), trusted = CompiledModel.Compile(writer, Trusted);
            Assert.True(trusted.Plan.Root.Steps.Sum(static s => s.MultiplyAdds) < whole.Plan.Root.Steps.Sum(static s => s.MultiplyAdds), "nothing is left out");
            var random = new Random(seed);
            for (int k = 0; k < 60; k++)
            {
                double[] x = [.. Enumerable.Range(0, 72).Select(_ => (double)(float)(k < 8 ? random.Next(3) - 1 : (random.NextDouble() * 2) - 1))];
                Assert.Equal(whole.Run(Image(x))[0].Reals!, trusted.Run(Image(x))[0].Reals!);
            }
        }

        static ReferenceTensor Image(double[] x) => new(ElementType.Float32, [1, 2, 6, 6], x);
    }

    [Fact]
    public void Functions_that_give_their_argument_back_and_constants_are_left_out()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 3).Initializer("two", [2f]).Initializer("low", [-5f]).Initializer("high", [5f]).Node("Add", "x,two", "a").Node("Relu", "a", "b")
            .Node("Clip", "b,low,high", "c").Node("Neg", "b", "d").Node("Relu", "d", "e").Node("Add", "c,e", "y").Output("y", ElementType.Float32, 1, 3);
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), Trusted);
        Assert.True(result.Success);
        Assert.DoesNotContain(result.Plan!.Graph.Nodes, static n => n.Operator.Name is "Relu" or "Clip");
        Diagnostic said = Assert.Single(result.Diagnostics, static d => d.Descriptor == DiagnosticCatalog.RangeTrusted);
        Assert.Contains("-1..1, 2 functions that give their argument back, 1 constant values and 0 neurons", said.Message, StringComparison.Ordinal);
        using CompiledModel whole = CompiledModel.Compile(writer, Plain), trusted = CompiledModel.Compile(writer, Trusted);
        Assert.Equal(Run(whole, [-1, 0.25, 1]), Run(trusted, [-1, 0.25, 1]));
    }

    [Fact]
    public void What_may_be_needed_stays()
    {
        OnnxModelWriter writer = Network(1, bias: 0);
        Assert.Equal(
            ModelCompiler.Compile(writer.ToSource(), Plain).Plan!.Root.Steps.Sum(static s => s.MultiplyAdds),
            ModelCompiler.Compile(writer.ToSource(), Trusted with { InputRange = "-1000..1000" }).Plan!.Root.Steps.Sum(static s => s.MultiplyAdds));
    }

    [Theory]
    [InlineData("", "declares no range")]
    [InlineData("-1..1", "(Bernoulli)")]
    public void Nothing_is_left_out_where_nothing_is_known(string range, string reason)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 3).Node("Bernoulli", "x", "p").Node("Relu", "p", "q").Node("Neg", "q", "y").Output("y", ElementType.Float32, 1, 3);
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), Trusted with { InputRange = range, Float = new CompilerOptions().Float });
        Assert.True(result.Success);
        Assert.Contains(reason, Assert.Single(result.Diagnostics, static d => d.Descriptor == DiagnosticCatalog.RangeTrusted).Message, StringComparison.Ordinal);
        Assert.Contains(result.Plan!.Graph.Nodes, static n => n.Operator.Name == "Relu");
    }

    /// <summary>Two hidden layers whose biases turn many neurons off.</summary>
    private static OnnxModelWriter Network(int seed, float bias)
    {
        var random = new Random(seed);
        float[] Values(int count, float shift = 0) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1 - shift)];
        return new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 3).Initializer("w1", Values(48), 3, 16).Initializer("b1", Values(16, bias), 16).Node("Gemm", "x,w1,b1", "z1").Node("Relu", "z1", "a1")
            .Initializer("w2", Values(192), 12, 16).Initializer("b2", Values(12, bias / 2), 12).Node("Gemm", "a1,w2,b2", "z2", static n => n.Int("transB", 1)).Node("Relu", "z2", "a2")
            .Initializer("w3", Values(24), 12, 2).Node("MatMul", "a2,w3", "y").Output("y", ElementType.Float32, 1, 2);
    }

    /// <summary>Two convolutions with a pooling between them and a dense layer; biases turn channels off.</summary>
    private static OnnxModelWriter Convolutions(int seed, string end)
    {
        var random = new Random(seed);
        float[] Values(int count, float shift = 0) => [.. Enumerable.Range(0, count).Select(k => ((random.NextSingle() * 2) - 1) - (k % 3 == 0 ? shift : 0))];
        OnnxModelWriter model = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 2, 6, 6).Initializer("w1", Values(9 * 2 * 9), 9, 2, 3, 3).Initializer("b1", Values(9, 30), 9).Node("Conv", "x,w1,b1", "z1", static n => n.Ints("pads", 1, 1, 1, 1)).Node("Relu", "z1", "a1")
            .Node("MaxPool", "a1", "p1", static n => n.Ints("kernel_shape", 2, 2).Ints("strides", 2, 2)).Initializer("w2", Values(6 * 9 * 9), 6, 9, 3, 3).Initializer("b2", Values(6, 900), 6).Node("Conv", "p1,w2,b2", "z2", static n => n.Ints("pads", 1, 1, 1, 1))
            .Initializer("low", [0f]).Initializer("high", [6f]).Node("Clip", "z2,low,high", "a2");
        int inputs = end == "GlobalAveragePool" ? 6 : 54;
        if (end == "Reshape") model.Initializer("shape", [1L, 54L], 2).Node("Reshape", "a2,shape", "f");
        else if (end == "Flatten") model.Node("Flatten", "a2", "f");
        else model.Node("GlobalAveragePool", "a2", "g").Node("Flatten", "g", "f");
        return model.Initializer("w3", Values(2 * inputs), inputs, 2).Node("MatMul", "f,w3", "y").Output("y", ElementType.Float32, 1, 2);
    }

    private static double[] Run(CompiledModel model, double[] x) => model.Run(new ReferenceTensor(ElementType.Float32, [1, 3], x))[0].Reals!;
}
