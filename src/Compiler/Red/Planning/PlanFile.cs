using System;
using System.Linq;
using Google.Protobuf;
using Google.Protobuf.Collections;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan.Choices;
using RedGen.Compiler.Red.Planning.Proto;

namespace RedGen.Compiler.Red.Planning;

/// <summary>
/// The text of <c>&lt;name&gt;.redgen.json</c>: a <see cref="HashingPlan"/> with what it was made from. The whole result of the search is in it,
/// so that a build only decodes, and gives the same bytes on every machine.
/// </summary>
public static class PlanFile
{
    /// <summary>The extension that replaces <c>.onnx</c>.</summary>
    public const string Extension = ".redgen.json";

    private const int Format = 1;

    /// <summary>A file much larger than a plan can be: one index a weight, four thirds of a byte in base64.</summary>
    public const int LongestText = 400_000_000;

    /// <summary>Why a longer text is no plan.</summary>
    public const string TooLong = "it is too long for a plan";

    /// <summary>Why a plan of kernels only is not read as one of a reduction: no problem, there is none.</summary>
    public const string NoReduction = "it holds kernels only";

    private const string SamplesKey = " samples=";

    /// <summary>The options that a plan depends on, as one line of text: a plan made with others is stale.</summary>
    /// <param name="options">The options.</param>
    /// <param name="samplesSha256">The SHA-256 of the file of samples; empty where none is named: a plan of any samples, or of none, is then taken.</param>
    public static string Fingerprint(CompilerOptions options, string samplesSha256)
    {
        string tolerance = options.Tolerance?.ToString("R", System.Globalization.CultureInfo.InvariantCulture) ?? "";
        string dims = string.Join(",", options.Dims.Select(d => d.Key + "=" + d.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return $"hashing={options.Hashing} tolerance={tolerance} merging={options.Merging} range={options.InputRange} optimise={options.Optimise}{(options.TrustRange ? " trusted" : "")} dims={dims}{SamplesKey}{samplesSha256}";
    }

    /// <summary>Writes a plan as JSON, lines ended by a line feed.</summary>
    /// <param name="plan">The reduction.</param>
    /// <param name="modelSha256">The model that it is for.</param>
    /// <param name="fingerprint">The options that it is for.</param>
    /// <param name="kernels">The kernels that were measured to be the best; null: none were.</param>
    public static string Write(HashingPlan plan, string modelSha256, string fingerprint, KernelSelection? kernels = null)
    {
        var message = new ReductionPlanProto
        {
            Format = Format,
            Model = modelSha256,
            Options = fingerprint,
            Tolerance = plan.Tolerance,
            MeasuredError = plan.MeasuredError,
            EstimatedError = plan.EstimatedError,
            Inputs = plan.Inputs,
            Folding = plan.Folding,
        };
        AddLayers(message, plan);
        return KernelsInPlan.Add(message, kernels);
    }

    /// <summary>Writes kernels only, or in the place of those in a plan that there is; a text that is no plan for the model is written anew.</summary>
    /// <param name="text">The plan that there is; null: none.</param>
    /// <param name="modelSha256">The model.</param>
    /// <param name="kernels">The kernels; null: none.</param>
    public static string WithKernels(string? text, string modelSha256, KernelSelection? kernels)
    {
        ReductionPlanProto? message = text is null ? null : Parse(text, out _);
        if (message is null || message.Format != Format || message.Model != modelSha256) message = new ReductionPlanProto { Format = Format, Model = modelSha256 };
        return KernelsInPlan.Add(message, kernels);
    }

    /// <summary>Reads the kernels of a plan.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="modelSha256">The model that they should be for.</param>
    /// <param name="fingerprint">The options that they should be for, by <see cref="KernelSelection.Fingerprint"/>.</param>
    /// <param name="problem">Why they cannot be used; empty where they can.</param>
    /// <returns>The kernels; null where the text has none, or is no plan: <see cref="Read"/> tells that.</returns>
    public static KernelSelection? ReadKernels(string text, string modelSha256, string fingerprint, out string problem)
    {
        problem = "";
        // Most plans have none, and may be long.
        if (text.Length > LongestText || text.IndexOf("\"kernels\"", StringComparison.Ordinal) < 0 || Parse(text, out _) is not { Kernels: not null } message) return null;
        return KernelsInPlan.Read(message, modelSha256, fingerprint, out problem);
    }

    private static void AddLayers(ReductionPlanProto message, HashingPlan plan)
    {
        foreach (HashedLayer layer in plan.Layers)
        {
            message.Layers.Add(new LayerProto
            {
                Weights = layer.Weights,
                Outputs = layer.Matrix.Outputs,
                Columns = layer.Matrix.Columns,
                Codebook = { layer.Matrix.Codebook },
                Scales = { layer.Matrix.Scales },
                Indices = ByteString.CopyFrom(layer.Matrix.Indices.ToArray()),
                Bias = { layer.Bias },
                ErrorShare = layer.ErrorShare,
                FineValues = { layer.Matrix.Fine?.Values ?? [] },
                FineDigits = ByteString.CopyFrom(layer.Matrix.Fine is { } fine ? fine.Digits.ToArray() : []),
            });
        }
    }

    /// <summary>The message; null, and why, where the text is none.</summary>
    private static ReductionPlanProto? Parse(string text, out string problem)
    {
        problem = "";
        try
        {
            if (text.Length > LongestText) throw new FormatException(TooLong);
            return new JsonParser(JsonParser.Settings.Default).Parse<ReductionPlanProto>(text);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidJsonException or FormatException or ArgumentException or OverflowException)
        {
            problem = "it is not the JSON of a plan: " + exception.Message;
            return null;
        }
    }

    /// <summary>Reads a plan.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="modelSha256">The model that it should be for.</param>
    /// <param name="fingerprint">The options that it should be for; null: any.</param>
    /// <param name="problem">Why the plan cannot be used; empty where it can.</param>
    /// <returns>The plan, or null.</returns>
    public static HashingPlan? Read(string text, string modelSha256, string? fingerprint, out string problem)
    {
        if (Parse(text, out problem) is not { } message) return null;
        try
        {
            problem = message.Format != Format ? "its format is not this version's"
                : message.Model != modelSha256 ? "it is for another model"
                : KernelsInPlan.IsAll(message) ? NoReduction
                : fingerprint is not null && !IsFor(message.Options, fingerprint) ? "it was made with other options (" + message.Options + ")"
                : "";
            return problem.Length > 0 ? null : new HashingPlan([.. message.Layers.Select(Layer)], message.Tolerance, message.MeasuredError, message.EstimatedError, message.Inputs) { Folding = Folding(message.Folding) };
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException)
        {
            problem = "it is not the JSON of a plan: " + exception.Message;
            return null;
        }
    }

    /// <summary>Who names no samples takes a plan of any: a plan file is kept, the samples behind it need not be.</summary>
    private static bool IsFor(string made, string wanted)
        => made == wanted || (wanted.EndsWith(SamplesKey, StringComparison.Ordinal) && made.StartsWith(wanted, StringComparison.Ordinal));

    private static double Folding(double strength)
        => strength is >= 0 and <= 1 ? strength : throw new FormatException("its folding is no share");

    private static HashedLayer Layer(LayerProto layer)
    {
        byte[] indices = layer.Indices.ToByteArray();
        if (layer.Outputs < 0 || layer.Columns < 0 || (long)layer.Outputs * layer.Columns != indices.Length) throw new FormatException("'" + layer.Weights + "' has not outputs × columns indices");
        if (layer.Bias.Count > 0 && layer.Bias.Count != layer.Outputs) throw new FormatException("'" + layer.Weights + "' has not one bias an output");
        if (!layer.Bias.All(IsFinite) || !IsFinite((float)layer.ErrorShare) || layer.ErrorShare < 0) throw new FormatException("'" + layer.Weights + "' has a bias or an error that is no finite number");
        FineCodes? fine = layer.FineValues.Count == 0 && layer.FineDigits.IsEmpty ? null : new FineCodes([.. layer.FineValues], layer.FineDigits.ToByteArray());
        var matrix = new HashedMatrix(layer.Outputs, layer.Columns, [.. layer.Codebook], [.. layer.Scales], indices, fine);
        if (fine is not null && matrix.AsPairs() is null) throw new FormatException("'" + layer.Weights + "' has more than 127 values in both codebooks");
        if (!IsFinite((Largest(layer.Codebook) + Largest(layer.FineValues)) * (layer.Scales.Count == 0 ? 1 : Largest(layer.Scales)))) throw new FormatException("'" + layer.Weights + "' has weights that are infinite");
        return new HashedLayer(layer.Weights, matrix, [.. layer.Bias], layer.ErrorShare);
    }

    private static float Largest(RepeatedField<float> values) => values.Aggregate(0f, static (most, v) => Math.Max(most, Math.Abs(v)));

    private static bool IsFinite(float value) => !float.IsNaN(value) && !float.IsInfinity(value);
}
