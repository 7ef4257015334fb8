using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;

namespace RedGen.Cli.Firmware;

/// <summary>The C header beside the object file.</summary>
internal static class CHeader
{
    /// <summary>The header's text.</summary>
    /// <param name="model">What the model offers.</param>
    /// <param name="sizes">Its sizes.</param>
    /// <param name="shapes">Type and shape of each input and output in words, in order.</param>
    /// <param name="origin">A line that says where it comes from.</param>
    public static string Of(DeviceInterface model, FirmwareSizes sizes, ImmutableArray<string> shapes, string origin)
    {
        string prefix = model.Stem.ToUpperInvariant();
        var code = new StringBuilder("/* ").Append(origin).Append(" Do not edit. */\n#ifndef ").Append(prefix).Append("_H\n#define ").Append(prefix).Append("_H\n\n");
        code.Append("#include <stdbool.h>\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
        DeviceBuffer[] buffers = [.. model.Inputs, .. model.Outputs];
        for (int i = 0; i < buffers.Length; i++)
            Define(code, prefix + "_" + buffers[i].Name.TrimStart('@').ToUpperInvariant() + "_LENGTH", buffers[i].Length, i < shapes.Length ? shapes[i] : buffers[i].CType);
        code.Append('\n');
        Define(code, prefix + "_FLASH_BYTES", sizes.FlashBytes, "code and weights");
        Define(code, prefix + "_ARENA_BYTES", sizes.ArenaBytes, "static memory");
        Define(code, prefix + "_STACK_BYTES", sizes.StackBytes, "the most stack that a call takes");
        Define(code, prefix + "_RAM_BYTES", sizes.RamBytes, "both");
        Define(code, prefix + "_MACS", sizes.Macs, "multiply-adds of a call");
        AppendDeclaration(code, model);
        AppendPacked(code, model, prefix);
        return code.Append("\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n").ToString();
    }

    private static void AppendDeclaration(StringBuilder code, DeviceInterface model)
    {
        code.Append("\n/* Computes the outputs. The arena is one for all calls: one call at a time. The FPU must be on. */\nvoid ").Append(model.Stem).Append("_predict(");
        code.Append(string.Join(", ", [.. model.Inputs.Select(static b => "const " + b.CType + " *" + CName(b)), .. model.Outputs.Select(static b => b.CType + " *" + CName(b))])).Append(");\n");
    }

    /// <summary>For programs that know no names: all inputs in one piece of memory, and all outputs.</summary>
    private static void AppendPacked(StringBuilder code, DeviceInterface model, string prefix)
    {
        string[] inputs = [.. Packed(model.Inputs, "in", out int inputBytes)], outputs = [.. Packed(model.Outputs, "out", out int outputBytes)];
        code.Append("\n/* The same call where inputs, and outputs, lie one behind the other, each aligned to 8 bytes. */\n");
        Define(code, prefix + "_INPUT_BYTES", inputBytes, "all inputs");
        Define(code, prefix + "_OUTPUT_BYTES", outputBytes, "all outputs");
        Define(code, prefix + "_OUTPUT_LENGTH", model.Outputs[0].Length, "the first output");
        code.Append("#define ").Append(prefix).Append("_OUTPUT_TYPE ").Append(model.Outputs[0].CType).Append('\n');
        code.Append("#define ").Append(prefix).Append("_PREDICT(in, out) ").Append(model.Stem).Append("_predict(").Append(string.Join(", ", [.. inputs, .. outputs])).Append(")\n");
    }

    private static string[] Packed(ImmutableArray<DeviceBuffer> buffers, string memory, out int bytes)
    {
        int offset = 0;
        var arguments = new string[buffers.Length];
        for (int i = 0; i < buffers.Length; i++)
        {
            arguments[i] = string.Create(CultureInfo.InvariantCulture, $"({(memory == "in" ? "const " : "")}{buffers[i].CType} *)(({(memory == "in" ? "const " : "")}char *)({memory}) + {offset})");
            offset += (buffers[i].Bytes + 7) / 8 * 8;
        }

        bytes = offset;
        return arguments;
    }

    private static string CName(DeviceBuffer buffer) => buffer.Name.TrimStart('@');

    private static void Define(StringBuilder code, string name, long value, string comment)
        => code.Append(CultureInfo.InvariantCulture, $"#define {name} {value} /* {comment} */\n");
}
