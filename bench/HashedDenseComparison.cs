using System;
using System.Diagnostics;
using System.Linq;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Runtime;

namespace RedGen.Bench;

/// <summary>
/// A dense layer for one sample: float weights beside hashed ones, by the size of the float weights. The forms take turns, so that what else
/// the machine does meets all of them; <c>dotnet run -c Release --project bench -- hashed</c> prints the table of docs/decisions/0005.
/// </summary>
internal static class HashedDenseComparison
{
    private const int Rounds = 61;
    private static readonly int[] Values = [7, 15, 31, 63];

    public static void Run()
    {
        Console.WriteLine("| float weights | float | " + string.Join(" | ", Values.Select(v => v + " values")) + " | 15 levels | 127 levels |");
        Console.WriteLine("|---" + string.Concat(Enumerable.Repeat("|---", Values.Length + 3)) + "|");
        foreach ((int inputs, int outputs) in new[] { (64, 64), (128, 128), (256, 256), (512, 512), (1024, 512), (1024, 1024), (2048, 2048), (4096, 4096), (8192, 4096) })
            Console.WriteLine(Row(inputs, outputs));
        Console.WriteLine();
        Expansion();
    }

    /// <summary>The time of expanding 3.5 million weights, a MobileNet's, in layers of 64 × 576 and of 1000 × 1280.</summary>
    private static void Expansion()
    {
        byte[] codes = Codes(1000 * 1280, 31);
        float[] values = RandomFloats.Of(31);
        float[] scales = RandomFloats.Of(1000);
        double[] micros = Measure(
            [
                () => HashedWeights.ToConvBlocks(codes.AsSpan(0, 64 * 576), values, scales.AsSpan(0, 64), 48, 1, 64, 576),
                () => HashedWeights.ToPanels(codes, values, scales, 48, 1000, 1280),
            ],
            3);
        Console.WriteLine($"Expanding 3.5 million weights: {micros[0] * 3.5e6 / (64 * 576) / 1000:0.0} ms as convolutions of 64 × 576, {micros[1] * 3.5e6 / (1000 * 1280) / 1000:0.0} ms as dense layers of 1000 × 1280.");
    }

    private static string Row(int inputs, int outputs)
    {
        float[] x = RandomFloats.Of(inputs);
        float[] weights = DensePacking.Pack(RandomFloats.Of(inputs * outputs), inputs, outputs);
        float[] bias = RandomFloats.Of(outputs);
        float[] scales = RandomFloats.Of(outputs);
        float[] y = new float[outputs];
        Action[] forms =
        [
            () => Dense.Run(x, weights, bias, y, inputs, outputs, default(Relu)),
            .. Values.Select(v =>
            {
                byte[] codes = Codes(inputs * outputs, v);
                float[] values = RandomFloats.Of(v);
                return (Action)(() => HashedDense.Run(x, codes, values, scales, bias, y, 48, inputs, outputs, default(Relu)));
            }),
            .. new[] { 15, 127 }.Select(v =>
            {
                byte[] codes = Codes(inputs * outputs, v);
                int zero = First(v) + (v / 2);
                return (Action)(() => HashedDense.RunLevels(x, codes, scales, bias, y, zero, inputs, outputs, default(Relu)));
            }),
        ];
        double[] micros = Measure(forms, (int)Math.Max(1, 4_000_000L / ((long)inputs * outputs)));
        string size = inputs * outputs >= 1 << 18 ? (inputs * outputs >> 18) + " MB" : (inputs * outputs >> 8) + " KB";
        return $"| {size} ({inputs} → {outputs}) | {micros[0]:0.0} µs | " + string.Join(" | ", micros.Skip(1).Select(m => $"{m:0.0} µs ({micros[0] / m:0.00}×)")) + " |";
    }

    /// <summary>The median time of a call, in microseconds.</summary>
    private static double[] Measure(Action[] forms, int calls)
    {
        var times = new double[forms.Length][];
        for (int f = 0; f < forms.Length; f++) times[f] = new double[Rounds];
        for (int round = -2; round < Rounds; round++)
        {
            for (int f = 0; f < forms.Length; f++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < calls; i++) forms[f]();
                if (round >= 0) times[f][round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls;
            }
        }

        return [.. times.Select(t => t.Order().ElementAt(Rounds / 2))];
    }

    private static int First(int values) => values > 80 ? 0 : 48;

    private static byte[] Codes(int count, int values)
    {
        var random = new Random(values);
        var codes = new byte[count];
        for (int i = 0; i < count; i++) codes[i] = (byte)(First(values) + random.Next(values));
        return codes;
    }
}
