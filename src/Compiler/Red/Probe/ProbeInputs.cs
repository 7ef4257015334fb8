using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Red.Probe;

/// <summary>The inputs on which a reduction is measured: one value a sample for each input of the graph.</summary>
/// <param name="Samples">By sample, then by input.</param>
/// <param name="Description">What they are, in words.</param>
/// <param name="AreReal">Whether they are the user's, so that what follows from them is distributed as real data.</param>
internal sealed record ProbeInputs(ImmutableArray<ImmutableDictionary<string, FastValue>> Samples, string Description, bool AreReal)
{
    /// <summary>Fixed, so that two runs give one result.</summary>
    private const ulong Seed = 0x5265_6447_656E_2B2B;

    /// <summary>Samples of a small vector: they are cheap, and so many span its space.</summary>
    public const int OfSmallVectors = 1536;

    /// <summary>Whether the samples are so many for so short an input that covariances made of them are trusted.</summary>
    public bool AreDense { get; private init; }

    /// <summary>The user's samples, for a graph with one input; null where they do not fit it.</summary>
    public static ProbeInputs? FromSamples(Graph graph, Tensor samples, int most)
    {
        if (graph.Inputs.Length != 1 || samples.ElementType != ElementType.Float32 || samples.Dimensions.IsEmpty || samples.Dimensions[0] == 0) return null;
        if (graph.TensorTypeOf(graph.Inputs[0].Name) is not { ElementType: ElementType.Float32, IsStatic: true } type) return null;
        int length = (int)type.Shape!.ElementCount;
        if (samples.Length / samples.Dimensions[0] != length) return null;
        int count = Math.Min(most, samples.Dimensions[0]);
        float[] all = samples.AsSpan<float>().ToArray();
        ImmutableArray<ImmutableDictionary<string, FastValue>>.Builder rows = ImmutableArray.CreateBuilder<ImmutableDictionary<string, FastValue>>();
        for (int i = 0; i < count; i++)
        {
            // Spread over the file: samples often come sorted by class.
            int at = (int)((long)i * samples.Dimensions[0] / count);
            rows.Add(ImmutableDictionary<string, FastValue>.Empty.Add(graph.Inputs[0].Name, new FastValue(all.AsSpan(at * length, length).ToArray(), type.Shape.ToArray())));
        }

        return new ProbeInputs(rows.ToImmutable(), count + " of the user's samples", AreReal: true);
    }

    /// <summary>
    /// Inputs made without data: smooth noise for images and signals, white noise for vectors, within the declared ranges. A dense network's small vector
    /// has the scale that its first layer tells (<see cref="InputScale"/>), where none is declared.
    /// </summary>
    public static ProbeInputs Synthetic(Graph graph, InputBox box, int count)
    {
        double deviation = box.IsDeclared ? double.NaN : InputScale.Of(graph);
        ImmutableArray<ImmutableDictionary<string, FastValue>>.Builder rows = ImmutableArray.CreateBuilder<ImmutableDictionary<string, FastValue>>();
        for (int i = 0; i < count; i++)
        {
            ImmutableDictionary<string, FastValue>.Builder row = ImmutableDictionary.CreateBuilder<string, FastValue>(StringComparer.Ordinal);
            for (int k = 0; k < graph.Inputs.Length; k++)
                row[graph.Inputs[k].Name] = Make(graph.TensorTypeOf(graph.Inputs[k].Name)!, box, graph.Inputs[k].Name, deviation, new SplitMix64(Seed + (ulong)((i * 64) + k)));
            rows.Add(row.ToImmutable());
        }

        return new ProbeInputs(rows.ToImmutable(), count + " inputs made without data" + (box.IsDeclared ? " in the declared range" : ""), AreReal: false) { AreDense = count >= OfSmallVectors && InputScale.IsSmallVector(graph) };
    }

    private static FastValue Make(TensorType type, InputBox box, string name, double deviation, SplitMix64 random)
    {
        int[] lengths = type.Shape!.ToArray();
        int count = (int)type.Shape.ElementCount;
        (double low, double high) = box.RangeOf(name);
        if (!type.ElementType.IsFloat())
        {
            // Indices, masks, lengths: small numbers, unless the user says otherwise.
            (long first, long last) = box.IsDeclared && type.ElementType != ElementType.Bool ? ((long)Math.Ceiling(low), (long)Math.Floor(high)) : (0, 1);
            return new FastValue(new ReferenceTensor(type.ElementType, lengths, [.. Enumerable.Range(0, count).Select(_ => first + random.NextIndex((int)Math.Min(int.MaxValue - 1, last - first + 1)))]));
        }

        float[] noise = SmoothNoise.Make(lengths, count, random);
        // Contrast differs from sample to sample, and the brightness of images and signals.
        bool isScaled = !double.IsNaN(deviation);
        double contrast = (isScaled ? deviation : 1) * (0.5 + random.NextUnit()), brightness = (isScaled ? 0 : 1) * random.NextNormal();
        // Two and a half deviations span a declared range; what is beyond stays at its ends.
        double middle = (low + high) / 2, unit = (high - low) / 5;
        for (int i = 0; i < noise.Length; i++)
        {
            double value01 = (contrast * noise[i]) + brightness;
            noise[i] = (float)(box.IsDeclared ? Math.Min(high, Math.Max(low, middle + (unit * value01))) : value01);
        }

        var value = new FastValue(noise, lengths);
        return type.ElementType == ElementType.Float32 ? value : new FastValue(new ReferenceTensor(type.ElementType, lengths, Array.ConvertAll(noise, f => (double)f)).Rounded());
    }
}
