using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using RedGen.Cli.Output;

namespace RedGen.Cli.Firmware;

/// <summary>A parameter of a model's Predict as C sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="CSharpType">The element in C#.</param>
/// <param name="CType">The element in C.</param>
/// <param name="ElementBytes">Bytes of an element.</param>
/// <param name="Length">Elements.</param>
internal sealed record DeviceBuffer(string Name, string CSharpType, string CType, int ElementBytes, int Length)
{
    /// <summary>Bytes of all elements.</summary>
    public int Bytes => ElementBytes * Length;
}

/// <summary>What a class of the Micro profile offers: <c>Predict(inputs…, outputs…, arena)</c> and its constants.</summary>
/// <param name="ClassName">The class with its namespace.</param>
/// <param name="Stem">Its name in C, <c>digits_cnn</c>.</param>
/// <param name="Inputs">Read by Predict.</param>
/// <param name="Outputs">Written by Predict.</param>
/// <param name="ArenaType">The element of the arena in C#; null where the model needs none.</param>
/// <param name="ArenaBytes">Bytes of the arena.</param>
internal sealed record DeviceInterface(string ClassName, string Stem, ImmutableArray<DeviceBuffer> Inputs, ImmutableArray<DeviceBuffer> Outputs, string? ArenaType, int ArenaBytes)
{
    /// <summary>Reads the class.</summary>
    /// <exception cref="ToolException">It is not of the Micro profile.</exception>
    public static DeviceInterface Of(Compilation compilation, string className)
    {
        INamedTypeSymbol type = compilation.GetTypeByMetadataName(className) ?? throw new ToolException("the generated code has no class " + className);
        IMethodSymbol predict = type.GetMembers("Predict").OfType<IMethodSymbol>().Where(static m => m.Parameters.All(static p => ElementOf(p) is not null)).MaxBy(static m => m.Parameters.Length)
            ?? throw new ToolException(className + " has no Predict over spans: it is not of the Micro profile");
        IParameterSymbol? arena = predict.Parameters.LastOrDefault(static p => p.Name == "arena");
        ImmutableArray<IParameterSymbol> values = [.. predict.Parameters.Where(p => !SymbolEqualityComparer.Default.Equals(p, arena))];
        DeviceBuffer[] inputs = [.. values.Where(static p => p.Type.Name == "ReadOnlySpan").Select(p => Buffer(type, p))];
        DeviceBuffer[] outputs = [.. values.Where(static p => p.Type.Name == "Span").Select(p => Buffer(type, p))];
        return new(className, StemOf(type.Name), [.. inputs], [.. outputs], arena is null ? null : ElementOf(arena)!.ToDisplayString(), arena is null ? 0 : Constant(type, "ArenaBytes"));
    }

    /// <summary>A class's name as C writes names: <c>DigitsCnn</c> gives <c>digits_cnn</c>.</summary>
    public static string StemOf(string className)
    {
        var stem = new StringBuilder();
        for (int i = 0; i < className.Length; i++)
        {
            char c = className[i];
            if (i > 0 && char.IsUpper(c) && (char.IsLower(className[i - 1]) || char.IsDigit(className[i - 1]))) stem.Append('_');
            if (char.IsAsciiLetterOrDigit(c) || c == '_') stem.Append(char.ToLowerInvariant(c));
            else stem.Append('u').Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }

        return stem.ToString();
    }

    private static ITypeSymbol? ElementOf(IParameterSymbol parameter)
        => parameter.Type is INamedTypeSymbol { Name: "ReadOnlySpan" or "Span", TypeArguments: [var element] } ? element : null;

    private static DeviceBuffer Buffer(INamedTypeSymbol type, IParameterSymbol parameter)
    {
        string element = ElementOf(parameter)!.ToDisplayString();
        (string c, int bytes) = element switch
        {
            "float" => ("float", 4),
            "sbyte" => ("int8_t", 1),
            "byte" => ("uint8_t", 1),
            "bool" => ("bool", 1),
            "short" => ("int16_t", 2),
            "ushort" => ("uint16_t", 2),
            "int" => ("int32_t", 4),
            "uint" => ("uint32_t", 4),
            "long" => ("int64_t", 8),
            "ulong" => ("uint64_t", 8),
            _ => throw new ToolException("'" + parameter.Name + "' has elements of type " + element + ", which devices do not have"),
        };
        return new(parameter.Name, element, c, bytes, Constant(type, Pascal(parameter.Name) + "Length"));
    }

    private static string Pascal(string name)
        => string.Concat(name.TrimStart('@').Split('_', StringSplitOptions.RemoveEmptyEntries).Select(static p => char.ToUpperInvariant(p[0]) + p[1..]));

    private static int Constant(INamedTypeSymbol type, string name)
        => type.GetMembers(name).OfType<IFieldSymbol>().FirstOrDefault()?.ConstantValue is int value ? value : throw new ToolException(type.Name + " has no constant " + name);
}
