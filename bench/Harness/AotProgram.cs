// A model beside ONNX Runtime in a program that was compiled ahead of time. The comparison writes the model's code and the class
// Model (names, shapes, lengths) beside this file; see bench/Compare/AotRun.cs.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using RedGen.Cli.Measure;

if (args is [.., "redgen" or "ort"])
{
    Console.WriteLine(PeakMemory.Of(args).ToString(CultureInfo.InvariantCulture));
    return;
}

byte[][] inputs = ModelFacts.NewArrays(ModelFacts.Inputs);
byte[][] outputs = ModelFacts.NewArrays(ModelFacts.Outputs);
byte[][] ortOutputs = ModelFacts.NewArrays(ModelFacts.Outputs);
ModelFacts.Fill(inputs, seed: 1);
double first = Stopwatches.Time(() => RedGenProgram.Adapter.Run(inputs, outputs), 1);
using var ort = new OrtSession(args[0], args[1], int.Parse(args[3], CultureInfo.InvariantCulture));
ort.Bind(ModelFacts.Bound(ModelFacts.Inputs, inputs), ModelFacts.Bound(ModelFacts.Outputs, ortOutputs));
Action[] contenders = [() => RedGenProgram.Adapter.Run(inputs, outputs), ort.Run];
foreach (Action contender in contenders) Stopwatches.WarmUp(contender);
Times[] times = Stopwatches.Measure(contenders, double.Parse(args[2], CultureInfo.InvariantCulture));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""
    {"redgenMinMicroseconds":{{times[0].Min}},"redgenMedianMicroseconds":{{times[0].Median}},"ortMinMicroseconds":{{times[1].Min}},"ortMedianMicroseconds":{{times[1].Median}},"firstCallMicroseconds":{{first}},"maxDifference":{{ModelFacts.Difference(outputs, ortOutputs)}}}
    """));

/// <summary>What the arrays of the model hold.</summary>
internal static partial class ModelFacts
{
    private const int Float32 = 1;

    internal readonly record struct Fact(string Name, int ElementType, int ElementBytes, long[] Shape);

    internal static byte[][] NewArrays(Fact[] facts) => Array.ConvertAll(facts, static f => GC.AllocateArray<byte>(checked((int)Count(f) * f.ElementBytes), pinned: true));

    internal static IReadOnlyList<OrtTensor> Bound(Fact[] facts, byte[][] data)
    {
        var tensors = new OrtTensor[facts.Length];
        for (int i = 0; i < tensors.Length; i++) tensors[i] = new OrtTensor(facts[i].Name, facts[i].ElementType, facts[i].Shape, data[i]);
        return tensors;
    }

    /// <summary>Floats between −1 and 1, the same at every run, as <c>redgen bench</c> has them; zeros for all other types.</summary>
    internal static void Fill(byte[][] inputs, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (Inputs[i].ElementType != Float32) continue;
            foreach (ref float f in MemoryMarshal.Cast<byte, float>(inputs[i].AsSpan())) f = (float)((2 * random.NextDouble()) - 1);
        }
    }

    /// <summary>The largest difference of two floats, beside 1 or the second's own size; of other types, 1 where anything differs.</summary>
    internal static double Difference(byte[][] own, byte[][] other)
    {
        double worst = 0;
        for (int i = 0; i < own.Length; i++)
        {
            if (Outputs[i].ElementType != Float32)
            {
                if (!own[i].AsSpan().SequenceEqual(other[i])) worst = Math.Max(worst, 1);
                continue;
            }

            ReadOnlySpan<float> a = MemoryMarshal.Cast<byte, float>(own[i]), b = MemoryMarshal.Cast<byte, float>(other[i]);
            for (int k = 0; k < a.Length; k++)
                if (!a[k].Equals(b[k])) worst = Math.Max(worst, Math.Abs((double)a[k] - b[k]) / Math.Max(1, Math.Abs((double)b[k])));
        }

        return double.IsFinite(worst) ? worst : double.MaxValue;
    }

    private static long Count(Fact fact)
    {
        long count = 1;
        foreach (long length in fact.Shape) count *= length;
        return count;
    }
}

/// <summary>What a process that runs one of the two needs at most.</summary>
internal static class PeakMemory
{
    private const int Calls = 100;

    /// <summary>Bytes of resident memory at the peak, after some calls.</summary>
    internal static long Of(string[] args)
    {
        byte[][] inputs = ModelFacts.NewArrays(ModelFacts.Inputs), outputs = ModelFacts.NewArrays(ModelFacts.Outputs);
        ModelFacts.Fill(inputs, seed: 1);
        if (args[^1] == "redgen")
        {
            for (int i = 0; i < Calls; i++) RedGenProgram.Adapter.Run(inputs, outputs);
        }
        else
        {
            using var ort = new OrtSession(args[0], args[1]);
            ort.Bind(ModelFacts.Bound(ModelFacts.Inputs, inputs), ModelFacts.Bound(ModelFacts.Outputs, outputs));
            for (int i = 0; i < Calls; i++) ort.Run();
        }

        return System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64;
    }
}
