using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using RedGen.Cli.Execution;
using RedGen.Cli.Measure;
using RedGen.Cli.Output;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Cli.Verification;

/// <summary>Samples around which robustness is verified.</summary>
internal static class RobustSamples
{
    /// <summary>Reads samples: an array whose first axis counts them, as .npy or as a tensor of ONNX (.pb).</summary>
    /// <param name="file">The file.</param>
    /// <param name="inputs">The model's inputs; of several the elements stand one after another in a sample.</param>
    /// <exception cref="ToolException">They cannot be read, or do not fit.</exception>
    public static float[][] Read(string file, ImmutableArray<Value> inputs)
    {
        Tensor array = file.EndsWith(".pb", StringComparison.OrdinalIgnoreCase) ? ReadTensor(file) : SampleFile.ReadArray(file);
        var set = new SampleSet(array, [0], [1f / 255], isNormalised: false);
        int length = inputs.Sum(static i => (int)((TensorType)i.Type!).Shape!.ElementCount);
        if (inputs.Length == 1) array = set.ToTensor(inputs[0]);
        if (array.ElementType != ElementType.Float32 || array.Length != (long)set.Count * length)
            throw new ToolException(FormattableString.Invariant($"{file}: a sample has {array.Length / Math.Max(1, set.Count)} elements of {array.ElementType.Name()}, the model takes {length} of float32"));
        return [.. array.AsSpan<float>().ToArray().Chunk(length)];
    }

    /// <summary>The properties of a statement's samples, each with what generated code gives for the sample.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="network">What it can name of the model.</param>
    /// <param name="inputRange">The range that inputs do not leave; empty: there is none.</param>
    /// <param name="program">The model.</param>
    /// <exception cref="ToolException">The samples or labels do not fit.</exception>
    public static IReadOnlyList<RobustCase> CasesOf(RobustStatement statement, NetworkSignature network, string inputRange, ModelProgram program)
    {
        float[][] samples = Read(statement.Samples, program.Inputs);
        int[]? labels = statement.Labels.Length == 0 ? null : LabelFile.Read(statement.Labels, samples.Length);
        if (labels is not null && Array.FindIndex(labels, l => l < 0 || l >= network.OutputLength) is >= 0 and var wrong)
            throw new ToolException(FormattableString.Invariant($"{statement.Labels}: label {labels[wrong]} of sample {wrong} is none of the network's {network.OutputLength} classes"));
        if (samples.Length == 0) throw new ToolException(statement.Samples + " holds no samples");
        return [.. samples.Select((sample, i) =>
        {
            float[] outputs = program.OutputsOf(sample);
            int label = statement.Within is not null ? -1 : labels?[i] ?? RobustStatement.ClassOf(outputs);
            return new RobustCase(sample, outputs, label, statement.Property(network, inputRange, sample, outputs, label, statement.Epsilon));
        })];
    }

    private static Tensor ReadTensor(string file)
    {
        var diagnostics = new DiagnosticBag();
        if (!File.Exists(file)) throw new ToolException("there is no file '" + file + "'");
        return OnnxReader.ReadNamedTensor(File.ReadAllBytes(file), diagnostics)?.Tensor ?? throw new ToolException(file + ": " + diagnostics.ToImmutable()[0].Message);
    }
}
