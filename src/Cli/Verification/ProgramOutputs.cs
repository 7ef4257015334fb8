using System;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Cli.Execution;

namespace RedGen.Cli.Verification;

/// <summary>Runs generated code on elements as properties number them: those of several inputs, or outputs, one after another.</summary>
internal static class ProgramOutputs
{
    /// <summary>The output elements of a model of float32 tensors; from several threads at once.</summary>
    /// <param name="program">The model.</param>
    /// <param name="input">The input elements.</param>
    public static float[] OutputsOf(this ModelProgram program, float[] input)
    {
        byte[][] inputs = program.NewInputs(), outputs = program.NewOutputs();
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(input.AsSpan());
        foreach (byte[] own in inputs)
        {
            bytes[..own.Length].CopyTo(own);
            bytes = bytes[own.Length..];
        }

        program.Predict(inputs, outputs);
        return [.. outputs.Take(program.Outputs.Length).SelectMany(static o => MemoryMarshal.Cast<byte, float>(o).ToArray())];
    }
}
