using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Signal;

/// <summary>Random operators draw what they should, the same in code and reference, and the same in every call.</summary>
public sealed class RandomOperatorTests
{
    private static readonly ElementType[] Floats = [ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16];

    [Fact]
    public void Code_draws_what_the_reference_draws()
    {
        using var batch = new ModelBatch();
        foreach (ElementType type in Floats)
        {
            long number = (long)type;
            batch.Add("RandomNormal", X().Node("RandomNormal", "", "y", n => n.Ints("shape", 3, 5).Int("dtype", number).Float("mean", 2).Float("scale", 3)).Output("y"));
            batch.Add("RandomUniform", X().Node("RandomUniform", "", "y", n => n.Ints("shape", 40).Int("dtype", number).Float("low", -2).Float("seed", 7)).Output("y"));
            batch.Add("RandomNormalLike", X(type).Node("RandomNormalLike", "x", "y", n => n.Float("seed", 1.5f)).Output("y"));
            batch.Add("RandomUniformLike", X(ElementType.Int32).Node("RandomUniformLike", "x", "y", n => n.Int("dtype", number)).Output("y"));
            batch.Add("Multinomial", X(type).Node("Multinomial", "x", "y", n => n.Int("sample_size", 50).Int("dtype", (long)ElementType.Int64)).Output("y"));
        }

        foreach (ElementType type in new[] { ElementType.Bool, ElementType.Int8, ElementType.UInt64, ElementType.Float32, ElementType.Float16 })
            batch.Add("Bernoulli", X().Node("Bernoulli", "x", "y", n => n.Int("dtype", (long)type).Float("seed", 3)).Output("y"));
        batch.Build();
        foreach (CompiledModel model in batch.Models)
        {
            ReferenceTensor x = RandomTensor.Of(model.Inputs[0].ElementType, 5, model.Inputs[0].Shape!.ToArray());
            model.AssertAgrees(0, 0, x);
            model.AssertAgrees(0, 0, x);
        }
    }

    [Fact]
    public void Dropout_in_training_drops_what_the_reference_drops()
    {
        using var batch = new ModelBatch();
        foreach (ElementType type in Floats)
        {
            batch.Add("run time", X(type).Input("r", type).Input("t", ElementType.Bool).Node("Dropout", "x,r,t", "y,mask", n => n.Int("seed", 5)).Output("y").Output("mask"));
            batch.Add("mask only", X(type).Input("t", ElementType.Bool, 1).Node("Dropout", "x,,t", "y,mask").Output("mask"));
            batch.Add("opset 6", new OnnxModelWriter().Opset(6).Input("x", type, 3, 4).Node("Dropout", "x", "y,mask", n => n.Int("is_test", 0).Float("ratio", 0.75f)).Output("y").Output("mask"));
        }

        batch.Build();
        foreach (CompiledModel model in batch.Models)
        {
            foreach (bool trains in new[] { true, false })
            {
                ReferenceTensor[] inputs = [.. model.Inputs.Select((t, i) => t.ElementType == ElementType.Bool ? new ReferenceTensor(t.ElementType, t.Shape!.ToArray(), [trains ? 1L : 0L])
                    : i == 1 ? new ReferenceTensor(t.ElementType, [], [0.25]) : RandomTensor.Of(t.ElementType, 5, t.Shape!.ToArray()))];
                model.AssertAgrees(0, 0, inputs);
            }
        }
    }

    [Fact]
    public void Dropout_drops_its_ratio_and_keeps_the_mean()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 20000).Initializer("r", [0.2f]).Initializer("t", Tensor.FromSpan<bool>(ElementType.Bool, [true]))
            .Node("Dropout", "x,r,t", "y,mask").Output("y").Output("mask"));
        ReferenceTensor[] y = model.Run(new ReferenceTensor(ElementType.Float32, [20000], [.. Enumerable.Repeat(1.0, 20000)]));
        Assert.Equal(0.8, y[1].Integers!.Average(), 0.02);
        Assert.Equal(1, y[0].Reals!.Average(), 0.02);
        Assert.All(y[0].Reals!.Zip(y[1].Integers!), p => Assert.Equal(p.Second == 0 ? 0 : 1.25, p.First, 1e-6));
    }

    [Fact]
    public void Numbers_have_the_distributions_asked_for()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("p", ElementType.Float32, 20000).Input("l", ElementType.Float32, 1, 3)
            .Node("RandomNormal", "", "n", n => n.Ints("shape", 20000).Float("mean", 1).Float("scale", 2)).Node("RandomUniform", "", "u", n => n.Ints("shape", 20000).Float("low", -1).Float("high", 3))
            .Node("Bernoulli", "p", "b").Node("Multinomial", "l", "m", n => n.Int("sample_size", 20000)).Output("n").Output("u").Output("b").Output("m"));
        var probabilities = new ReferenceTensor(ElementType.Float32, [20000], [.. Enumerable.Repeat(0.25, 20000)]);
        var logits = new ReferenceTensor(ElementType.Float32, [1, 3], [Math.Log(6), Math.Log(3), Math.Log(1)]);
        ReferenceTensor[] y = model.Run(probabilities, logits);
        Assert.Equal(1, y[0].Reals!.Average(), 0.05);
        Assert.Equal(2, Math.Sqrt(y[0].Reals!.Average(v => (v - 1) * (v - 1))), 0.05);
        Assert.All(y[1].Reals!, v => Assert.InRange(v, -1, 3));
        Assert.Equal(1, y[1].Reals!.Average(), 0.04);
        Assert.Equal(0.25, y[2].Reals!.Average(), 0.02);
        Assert.Equal([0.6, 0.3, 0.1], Enumerable.Range(0, 3).Select(k => Math.Round(y[3].Integers!.Count(v => v == k) / 20000.0, 1)));
    }

    [Fact]
    public void Nodes_without_a_seed_draw_numbers_of_their_own()
    {
        using var model = CompiledModel.Compile(X().Node("RandomNormal", "", "a", n => n.Ints("shape", 8)).Node("RandomNormal", "", "b", n => n.Ints("shape", 8)).Output("a").Output("b"));
        ReferenceTensor[] y = model.Run(RandomTensor.Of(ElementType.Float32, 1, 2, 3));
        Assert.NotEqual(y[0].Reals!, y[1].Reals!);
    }

    private static OnnxModelWriter X(ElementType type = ElementType.Float32) => new OnnxModelWriter().Input("x", type, 2, 3);
}
