using System;
using System.Globalization;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Signal;

/// <summary>What the kernels of Fourier transforms share: memory for a line and its transform, and the loads and stores of its elements.</summary>
internal static class FourierText
{
    /// <summary>The longest line whose workspace is an array.</summary>
    public const int LongestLine = 1 << 26;

    private const int LongestSum = 64;

    /// <summary>The doubles that one line and FourierTransform's scratch memory take.</summary>
    public static int Workspace(int length)
    {
        if (length <= LongestSum) return (length & (length - 1)) == 0 ? 2 * length : 4 * length;
        int padded = 1;
        while (padded < (2 * length) - 1) padded *= 2;
        return (length & (length - 1)) == 0 ? 2 * length : 2 * (length + padded);
    }

    /// <summary>The workspace for any length up to one; short lengths may need more than longer ones.</summary>
    public static int WorkspaceUpTo(int length)
    {
        int most = 0;
        for (int l = length; l >= Math.Max(1, length / 2); l--) most = Math.Max(most, Workspace(l));
        return most;
    }

    /// <summary>Declares the line and the scratch memory.</summary>
    public static void DeclareLine(StepWriter writer, string length)
    {
        string twice = int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int known) ? CSharpLiteral.Of(2 * known) : "2 * " + length;
        writer.Line($"Span<double> line = {writer.Workspace}.Slice(0, {twice});");
        writer.Line($"Span<double> scratch = {writer.Workspace}.Slice({twice});");
    }

    /// <summary>Writes the loads of an element's parts.</summary>
    public static void Load(StepWriter writer, ElementType type, int parts, string at, string weight = "")
    {
        string x = writer.Input(0);
        if (parts == 2) writer.Line($"int at = 2 * ({at});");
        string first = parts == 2 ? "at" : at;
        writer.Line($"line[2 * k] = {weight}{DoubleText.Load(type, $"{x}[{first}]")};");
        writer.Line($"line[(2 * k) + 1] = {(parts == 2 ? weight + DoubleText.Load(type, $"{x}[at + 1]") : "0d")};");
    }

    /// <summary>Writes the stores of an element's parts.</summary>
    public static void Store(StepWriter writer, ElementType type, int parts, string at)
    {
        string y = writer.Output(0);
        if (parts == 2) writer.Line($"int at = 2 * ({at});");
        writer.Line($"{y}[{(parts == 2 ? "at" : at)}] = {DoubleText.Store(type, "line[2 * k]")};");
        if (parts == 2) writer.Line($"{y}[at + 1] = {DoubleText.Store(type, "line[(2 * k) + 1]")};");
    }
}
