using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Search;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Operators that move and average elements are read as the matrices that generated code computes.</summary>
public sealed class LinearRuleTests
{
    [Fact]
    public void The_network_that_is_analysed_computes_what_the_generated_code_does()
    {
        using var batch = new ModelBatch();
        CompiledModel[] models = [.. Cases().Select(c => batch.Add(c.Name, c.Model.ToSource(), new CompilerOptions { Hashing = Hashing.None }))];
        batch.Build();
        var random = new Random(5);
        foreach (CompiledModel model in models)
        {
            BoundNetwork network = NetworkBuilder.Build(model.Plan);
            var forward = new ForwardPass(network);
            for (int s = 0; s < 5; s++)
            {
                double[] x = [.. Enumerable.Range(0, network.Inputs).Select(_ => (double)(float)((random.NextDouble() * 4) - 2))];
                double[] expected = model.Run(new ReferenceTensor(ElementType.Float32, model.Inputs[0].Shape!.ToArray(), [.. x]))[0].Reals!;
                forward.Run(x);
                Assert.Equal(expected.Length, network.Outputs);
                for (int i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - forward.Value(network.Output)[i]) <= 1e-5, model.Label + " [" + i + "]");
            }
        }
    }

    [Theory]
    [InlineData("ScatterND", "mul", "multiplies or compares")]
    [InlineData("Pad", "", "no finite number")]
    public void What_is_no_movement_is_refused(string op, string kind, string reason)
    {
        OnnxModelWriter writer = Start();
        writer = op switch
        {
            "ScatterND" => writer.Initializer("i", [0L, 0], 1, 2).Initializer("u", new float[20], 1, 5, 4).Node(op, "r,i,u", "y", n => n.String("reduction", kind)),
            _ => writer.Initializer("p", [0L, 0, 1, 0, 0, 0, 0, 0], 8).Initializer("v", [float.PositiveInfinity]).Node(op, "r,p,v", "y"),
        };
        AssertRefused(writer, reason);
    }

    private static void AssertRefused(OnnxModelWriter writer, string reason)
    {
        CompilationResult result = ModelCompiler.Compile(writer.Output("y", ElementType.Float32).ToSource(), new CompilerOptions { Hashing = Hashing.None });
        Assert.True(result.Success);
        UnverifiableException problem = Assert.Throws<UnverifiableException>(() => NetworkBuilder.Build(result.Plan!));
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, OnnxModelWriter Model)> Cases()
    {
        foreach ((string mode, float fill) in new[] { ("constant", 0f), ("constant", 1.5f), ("reflect", 0f), ("edge", 0f) })
            yield return Case("Pad " + mode + fill, w => w.Initializer("p", [0L, 1, 2, 1, 0, 0, 1, 2], 8).Initializer("v", [fill]).Node("Pad", mode == "constant" ? "r,p,v" : "r,p", "y", n => n.String("mode", mode)));
        yield return Case("Concat", w => w.Initializer("c", [0.5f, -1, 2, 7], 1, 1, 1, 4).Initializer("e", [1L, 1, 5, 4], 4).Node("Expand", "c,e", "d").Node("Concat", "d,r,d", "y", n => n.Int("axis", 1)));
        yield return Case("Where", w => w.Initializer("m", Tensor.FromSpan<byte>(ElementType.Bool, [1, 0, 0, 1], 4)).Initializer("c", [0.5f, -1, 2, 7], 4).Node("Where", "m,r,c", "y"));
        yield return Case("Where of two", w => w.Initializer("m", Tensor.FromSpan<byte>(ElementType.Bool, [1, 0, 0, 1], 4)).Node("Relu", "x", "q").Node("Where", "m,r,q", "y"));
        yield return Case("Resize", w => w.Initializer("s", [1f, 1, 2, 1.5f], 4).Node("Resize", "r,,s", "y", n => n.String("mode", "nearest")));
        yield return Case("ScatterND", w => w.Initializer("i", [0L, 1], 1, 2).Initializer("u", [.. Enumerable.Range(0, 20).Select(i => i / 3f)], 1, 5, 4).Node("ScatterND", "r,i,u", "y"));
        yield return Case("GatherElements", w => w.Initializer("i", [1L, 0, 1, 1], 1, 1, 1, 4).Node("GatherElements", "r,i", "y", n => n.Int("axis", 1)));
        yield return Case("Trilu", w => w.Node("Trilu", "r", "y", n => n.Int("upper", 0)));
        yield return Case("AveragePool", w => w.Node("AveragePool", "r", "y", n => n.Ints("kernel_shape", 3, 2).Ints("pads", 1, 1, 0, 0).Ints("strides", 2, 1)));
        yield return Case("AveragePool with padding", w => w.Node("AveragePool", "r", "y", n => n.Ints("kernel_shape", 3, 2).Ints("pads", 1, 1, 1, 0).Ints("strides", 2, 2).Int("count_include_pad", 1).Int("ceil_mode", 1)));
        yield return Case("MaxPool", w => w.Node("MaxPool", "r", "y", n => n.Ints("kernel_shape", 2, 2).Ints("pads", 1, 1, 1, 0).Ints("dilations", 2, 1).Int("ceil_mode", 1)));
        yield return Case("GlobalAveragePool", w => w.Node("GlobalAveragePool", "r", "y"));
        yield return Case("ReduceMean", w => w.Initializer("a", [-1L, 1], 2).Node("ReduceMean", "r,a", "y", n => n.Int("keepdims", 0)));
        yield return Case("ReduceSum", w => w.Initializer("a", [2L], 1).Node("ReduceSum", "r,a", "y"));
        yield return Case("ReduceMean of all", w => w.Node("ReduceMean", "r", "y"));
        yield return ("AveragePool of volumes", new OnnxModelWriter().Opset(21).Input("x", ElementType.Float32, 1, 2, 3, 4, 3).Node("Relu", "x", "r")
            .Node("AveragePool", "r", "y", n => n.Ints("kernel_shape", 2, 2, 3).Ints("pads", 0, 1, 1, 1, 0, 0)).Output("y", ElementType.Float32));
    }

    private static (string Name, OnnxModelWriter Model) Case(string name, Func<OnnxModelWriter, OnnxModelWriter> add) => (name, add(Start()).Output("y", ElementType.Float32));

    private static OnnxModelWriter Start() => new OnnxModelWriter().Opset(21).Input("x", ElementType.Float32, 1, 2, 5, 4).Node("Relu", "x", "r");
}
