using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using RedGen.Cli.Measure;
using RedGen.Cli.Output;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;

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

    private static Tensor ReadTensor(string file)
    {
        var diagnostics = new DiagnosticBag();
        if (!File.Exists(file)) throw new ToolException("there is no file '" + file + "'");
        return OnnxReader.ReadNamedTensor(File.ReadAllBytes(file), diagnostics)?.Tensor ?? throw new ToolException(file + ": " + diagnostics.ToImmutable()[0].Message);
    }
}
