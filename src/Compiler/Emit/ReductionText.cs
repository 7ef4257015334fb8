using System.Globalization;
using System.Linq;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;

namespace RedGen.Compiler.Emit;

/// <summary>What generated code says about the reduction.</summary>
internal static class ReductionText
{
    /// <summary>Whether the error at the outputs was measured.</summary>
    public static bool IsMeasured(ModelReduction reduction) => reduction.Method != Hashing.None && IsFinite(reduction.MeasuredError);

    /// <summary>Whether there is a bound of the error that is certain.</summary>
    public static bool IsCertified(ModelReduction reduction) => reduction.Certificate is { Problem.Length: 0 } certificate && IsFinite(certificate.MaxError);

    /// <summary>The inputs of the measurement after a verb: <c> on 64 samples</c>.</summary>
    public static string MeasuredOn(ModelReduction reduction) => reduction.Inputs.Length == 0 ? "" : " on " + reduction.Inputs;

    /// <summary>The reduction in two or three sentences, not escaped; empty where there is none.</summary>
    public static string Describe(ExecutionPlan plan)
    {
        ModelReduction reduction = plan.Reduction;
        if (reduction.Method == Hashing.None) return "";
        HashedMatrix[] hashed = [.. reduction.Hashed.OrderBy(h => h.Key, System.StringComparer.Ordinal).Select(h => h.Value)];
        if (hashed.Length == 0) return "Hashing " + reduction.Method + " left the weights as they are.";
        (int least, int most) = (hashed.Min(h => h.ValueCount), hashed.Max(h => h.ValueCount));
        string values = least == most ? Number(least) : Number(least) + " to " + Number(most);
        int merged = reduction.Layers.Sum(l => l.OutputsMerged);
        string text = $"Reduced by hashing {reduction.Method}: {Number(hashed.Sum(h => (long)h.Count))} weights of {Number(hashed.Length)} {(hashed.Length == 1 ? "layer" : "layers")} take {values} distinct values a layer, "
            + $"{Number(hashed.Sum(h => h.Bytes))} bytes as indices, codebooks and scales instead of {Number(hashed.Sum(h => 4L * h.Count))} as floats";
        if (merged > 0) text += $"; {Number(merged)} equal outputs are computed once";
        text += $". {Percent(plan.MultiplicationsRemoved)} of the multiplications are removed when every layer is computed by its exact lowering with the fewest.";
        if (IsMeasured(reduction)) text += $" Relative error at the outputs: {Quantity(reduction.MeasuredError)}, measured{MeasuredOn(reduction)}.";
        else if (reduction.EstimatedError > 0 && IsFinite(reduction.EstimatedError)) text += $" Relative error at the outputs: {Quantity(reduction.EstimatedError)}, estimated.";
        if (IsCertified(reduction)) text += $" Largest error of any output element: {Quantity(reduction.Certificate!.MaxError)}, certified for {reduction.Certificate.Box}.";
        return text;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Quantity(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static bool IsFinite(double value) => !double.IsNaN(value) && !double.IsInfinity(value);
}
