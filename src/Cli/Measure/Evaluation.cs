using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Cli.Execution;
using RedGen.Cli.Output;
using RedGen.Cli.Testing;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Measure;

/// <summary>The first output of every sample, as reals.</summary>
/// <param name="Rows">One array a sample.</param>
internal sealed record Predictions(IReadOnlyList<double[]> Rows)
{
    /// <summary>Runs a model over samples.</summary>
    /// <param name="program">The model; it has one input.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="sample">Gives the elements of a sample.</param>
    public static Predictions Of(ModelProgram program, int count, Func<int, byte[]> sample)
    {
        var rows = new List<double[]>(count);
        byte[][] outputs = program.NewOutputs();
        if (program.Outputs[0].Type is not TensorType { IsStatic: true } type) throw new ToolException("the first output '" + program.Outputs[0].Name + "' is of another shape for every sample, so there is nothing to compare element by element");
        for (int i = 0; i < count; i++)
        {
            program.Predict([sample(i)], outputs);
            rows.Add(Reals(new Tensor(type.ElementType, [.. type.Shape!.ToArray()], outputs[0])));
        }

        return new Predictions(rows);
    }

    /// <summary>The rows of an array whose first axis counts samples.</summary>
    public static Predictions Of(Tensor array)
    {
        double[] all = Reals(array);
        int samples = array.Dimensions[0];
        int width = samples == 0 ? 0 : all.Length / samples;
        return new Predictions([.. Enumerable.Range(0, samples).Select(i => all.AsSpan(i * width, width).ToArray())]);
    }

    /// <summary>The share of samples whose largest element stands where the label says.</summary>
    public double AccuracyAgainst(IReadOnlyList<int> labels)
        => Rows.Count == 0 ? 0 : Rows.Zip(labels, static (row, label) => Largest(row) == label ? 1.0 : 0.0).Sum() / Rows.Count;

    /// <summary>
    /// The share of samples for which both say the same class: whose largest elements stand at one place. An output of one element has one
    /// class only, so models of it always agree.
    /// </summary>
    public double AgreementWith(Predictions other)
        => Rows.Count == 0 ? 1 : Rows.Zip(other.Rows, static (a, b) => Largest(a) == Largest(b) ? 1.0 : 0.0).Sum() / Rows.Count;

    /// <summary>The largest and the mean |this − expected| / max(1, |expected|).</summary>
    public (double Max, double Mean) ErrorAgainst(Predictions expected)
    {
        double max = 0, sum = 0;
        long count = 0;
        for (int i = 0; i < Rows.Count; i++)
        {
            for (int j = 0; j < Rows[i].Length; j++)
            {
                double e = expected.Rows[i][j];
                double error = OutputComparer.Error(Rows[i][j], e) / Math.Max(1, double.IsFinite(e) ? Math.Abs(e) : 1);
                max = Math.Max(max, error);
                sum += error;
                count++;
            }
        }

        return (max, count == 0 ? 0 : sum / count);
    }

    /// <summary>
    /// The error of all samples together in two norms: ‖this − reference‖ / ‖reference‖, and the same with each output element's mean over the
    /// samples taken from the reference first, so that a constant part does not hide the error. Null where the reference has no length.
    /// </summary>
    public (double? Plain, double? Centred) RelativeErrorAgainst(Predictions reference)
    {
        double difference = 0, square = 0, spread = 0;
        int width = Rows.Count == 0 ? 0 : Rows[0].Length;
        for (int j = 0; j < width; j++)
        {
            double mean = reference.Rows.Average(row => row[j]);
            for (int i = 0; i < Rows.Count; i++)
            {
                double y = reference.Rows[i][j];
                difference += (Rows[i][j] - y) * (Rows[i][j] - y);
                square += y * y;
                spread += (y - mean) * (y - mean);
            }
        }

        return (Ratio(difference, square), Ratio(difference, spread));
    }

    private static double? Ratio(double error, double length)
    {
        double ratio = error == 0 ? 0 : Math.Sqrt(error / length);
        return double.IsFinite(ratio) ? ratio : null;
    }

    private static int Largest(double[] row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
            if (row[i] > row[best]) best = i;
        return best;
    }

    private static double[] Reals(Tensor tensor)
    {
        ReferenceTensor decoded = ReferenceTensor.FromTensor(tensor);
        return decoded.Reals ?? [.. decoded.Integers!.Select(static i => (double)i)];
    }
}
