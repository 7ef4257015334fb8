using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Red.Probe;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Red.Certify;

/// <summary>Trained networks, hashed as a build hashes them: no sample inside the box is above the certificate.</summary>
public sealed class RealModelTests(ITestOutputHelper output)
{
    [SharedFact("models")]
    public void No_sample_is_above_the_bound()
    {
        Check("digits-mlp-64-32-10", "0..1", 450);
        Check("digits-cnn-folded", "0..1", 450);
        Check("digits-dwcnn-folded", "0..1", 200);
        Check("mnist-fc-256x2", "0..1", 200);
        Check("acasxu-1-1", "-1..1", 200);
        Check("digits-transformer", "0..1", 20);
        Check("cifar10-resnet20-folded", "0..1", 0);
        Check("cifar10-resnet20-folded", "-3..3", 4);
        Check("imagenet-mobilenet-v2-1.0-224-dequantised", "-1..1", 0);
        Check("mlperf-tiny-kws-dscnn-folded", "-150..150", 4);
    }

    private void Check(string name, string range, int samples)
    {
        string folder = Path.Combine(SharedData.Root, "models", name);
        ModelSource source = SharedData.Load(Path.Combine(folder, "model.onnx"));
        var options = new CompilerOptions { Hashing = Hashing.Adaptive, InputRange = range };
        var diagnostics = new DiagnosticBag();
        Model model = OnnxReader.Read(source, diagnostics, default)!;
        Graph graph = ModelCompiler.Normalise(model, options, diagnostics, default);
        Assert.False(diagnostics.HasErrors, string.Join("\n", diagnostics.ToImmutable()));
        ReducedModel reduced = Reducer.Run(graph, BatchNormStatistics.Read(model.Graph), source, options, diagnostics, default);
        var box = new InputBox(range);
        var clock = Stopwatch.StartNew();
        ErrorCertificate certificate = ErrorBound.Compute(reduced.Before, reduced.Hashed, box, default);
        output.WriteLine($"{name} in {box}: bound {certificate.MaxError:G4} {certificate.Problem} in {clock.ElapsedMilliseconds} ms for {Certification.MultiplyAdds(graph)} multiply-adds");
        Assert.True(certificate.MaxError < double.PositiveInfinity, certificate.Problem);
        Assert.Equal(graph.Nodes.Count(n => ReducibleLayer.Read(reduced.Before, n) is not null), certificate.Layers.Length);

        double largest = 0;
        int inside = 0;
        var original = new FastEvaluator(reduced.Before);
        var hashed = new FastEvaluator(reduced.Hashed);
        var merged = new FastEvaluator(reduced.Graph);
        (double low, double high) = box.RangeOf(graph.Inputs[0].Name);
        var random = new Random(1);
        IEnumerable<ReferenceTensor> corners = Enumerable.Range(0, 4).Select(_ => TwoNetworks.InputsIn(graph, box, random)[graph.Inputs[0].Name]);
        foreach (ReferenceTensor x in Samples(Path.Combine(folder, "inputs.npy"), graph).Take(samples).Concat(corners))
        {
            if (x.Reals!.Any(v => v < low || v > high)) continue;
            inside++;
            var inputs = new Dictionary<string, ReferenceTensor> { [graph.Inputs[0].Name] = x };
            double[] y = original.Run(inputs)[0].Reals!;
            foreach (FastEvaluator other in new[] { hashed, merged })
                largest = Math.Max(largest, y.Zip(other.Run(inputs)[0].Reals!, (a, b) => Math.Abs(a - b)).Max());
        }

        output.WriteLine($"largest of {inside} samples inside: {largest:G4}");
        Assert.InRange(largest, 1e-7, certificate.MaxError);
    }

    /// <summary>The rows of a numpy array of little-endian floats in C order, as the model's input.</summary>
    private static IEnumerable<ReferenceTensor> Samples(string path, Graph graph)
    {
        if (!File.Exists(path)) yield break;
        byte[] file = File.ReadAllBytes(path);
        int start = 10 + BitConverter.ToUInt16(file, 8);
        Assert.Contains("'<f4'", Encoding.ASCII.GetString(file, 10, start - 10));
        int[] lengths = ((TensorType)graph.Inputs[0].Type!).Shape!.ToArray();
        int count = lengths.Aggregate(1, (a, b) => a * b);
        for (; start + (4 * count) <= file.Length; start += 4 * count)
        {
            int at = start;
            yield return new ReferenceTensor(ElementType.Float32, lengths, [.. Enumerable.Range(0, count).Select(i => (double)BitConverter.ToSingle(file, at + (4 * i)))]);
        }
    }
}
