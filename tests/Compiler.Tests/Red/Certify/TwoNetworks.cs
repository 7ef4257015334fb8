using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Certify;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Certify;

/// <summary>Makes reduced networks out of original ones and compares what both compute with what the certificate says.</summary>
internal static class TwoNetworks
{
    /// <summary>The network with the weights of every layer moved, as hashing moves them: rounded to a grid, some to zero; now and then the bias too.</summary>
    public static Graph Perturb(Graph graph, Random random)
    {
        var builder = new GraphBuilder(graph);
        foreach (ReducibleLayer layer in graph.Nodes.Select(n => ReducibleLayer.Read(graph, n)).OfType<ReducibleLayer>())
        {
            float step = random.Next(4) switch { 0 => 0.001f, 1 => 0.02f, 2 => 0.1f, _ => 0.4f };
            Tensor weights = graph.ConstantOf(layer.Weights)!;
            builder.SetInitializer(layer.Weights, layer.ToTensor([.. layer.ToRows(weights).Select(w => MathF.Round(w / step) * step)], weights.Dimensions));
            if (layer.Node.Operator.Name == "MatMul" || random.Next(3) > 0 || (layer.Node.HasInput(2) && layer.Bias.Length == 0)) continue;
            float[] bias = layer.Bias.Length > 0 && graph.ConstantOf(layer.Bias)!.Length == layer.Outputs ? graph.ConstantOf(layer.Bias)!.AsSpan<float>().ToArray() : new float[layer.Outputs];
            if (layer.Bias.Length > 0 && graph.ConstantOf(layer.Bias)!.Length != layer.Outputs) continue;
            string name = builder.AddInitializer("other_bias", Tensor.Of([.. bias.Select(b => b + (random.NextSingle() * 0.1f))], layer.Outputs));
            builder.Replace(builder.Find(layer.Node.Name)!, layer.Node with { Inputs = [layer.Node.Inputs[0], layer.Node.Inputs[1], name] });
        }

        return builder.Build();
    }

    /// <summary>Inputs inside a box: corners, faces, the middle and random points.</summary>
    public static Dictionary<string, ReferenceTensor> InputsIn(Graph graph, InputBox box, Random random)
    {
        int kind = random.Next(4);
        return graph.Inputs.ToDictionary(i => i.Name, i =>
        {
            (double low, double high) = box.RangeOf(i.Name);
            var x = new ReferenceTensor(ElementType.Float32, ((TensorType)i.Type!).Shape!.ToArray());
            for (int e = 0; e < x.Count; e++)
            {
                double at = kind switch { 0 => random.Next(2), 1 => 0.5, 2 => random.Next(3) / 2.0, _ => random.NextDouble() };
                x.Reals![e] = low + (at * (high - low));
            }

            return x.Rounded();
        }, StringComparer.Ordinal);
    }

    /// <summary>No value and no difference of any output leaves its bounds, in double-precision sums or in float32.</summary>
    /// <returns>The certificate.</returns>
    public static ErrorCertificate AssertSound(Graph original, Graph reduced, InputBox box, Random random, int samples, bool mustBeFinite = true)
    {
        (ErrorCertificate certificate, ImmutableDictionary<string, PairBound> bounds) = ErrorBound.ComputeOutputs(original, reduced, box, default);
        if (double.IsInfinity(certificate.MaxError))
        {
            Assert.NotEqual("", certificate.Problem);
            Assert.False(mustBeFinite, certificate.Problem);
            return certificate;
        }

        Assert.Equal("", certificate.Problem);
        var fast = new FastEvaluator(original);
        var fastReduced = new FastEvaluator(reduced);
        for (int s = 0; s < samples; s++)
        {
            Dictionary<string, ReferenceTensor> x = InputsIn(original, box, random);
            AssertInside(original, bounds, certificate.MaxError, ReferenceInterpreter.Run(original, x), ReferenceInterpreter.Run(reduced, x));
            AssertInside(original, bounds, certificate.MaxError, fast.Run(x), fastReduced.Run(x));
        }

        return certificate;
    }

    private static void AssertInside(Graph graph, ImmutableDictionary<string, PairBound> bounds, double error, IReadOnlyList<ReferenceTensor> original, IReadOnlyList<ReferenceTensor> reduced)
    {
        for (int o = 0; o < graph.Outputs.Length; o++)
        {
            if (!original[o].IsReal) continue;
            PairBound bound = bounds[graph.Outputs[o].Name];
            for (int i = 0; i < original[o].Count; i++)
            {
                (double a, double b) = (original[o].Reals![i], reduced[o].Reals![i]);
                Check(a, bound[i].Original, "original");
                Check(b, bound[i].Reduced, "reduced");
                Check(b - a, bound[i].Delta, "difference");
                if (!(Math.Abs(b - a) <= error)) Assert.Fail($"|{b} − {a}| is above {error}");
            }

            void Check(double value, Interval inside, string what)
            {
                if (!(value >= inside.Low && value <= inside.High)) Assert.Fail($"{graph.Outputs[o].Name}: the {what} {value:R} is not in [{inside.Low:R}, {inside.High:R}]:\n" + GraphPrinter.Print(graph));
            }
        }
    }
}
