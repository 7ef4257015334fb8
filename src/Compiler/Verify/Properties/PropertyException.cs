using System;

namespace RedGen.Compiler.Verify.Properties;

/// <summary>A property file cannot be read in full.</summary>
public sealed class PropertyException : Exception
{
    /// <summary>Says what is wrong and where.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="column">The column, from 1.</param>
    public PropertyException(string message, int line, int column)
        : base(message)
    {
        Line = line;
        Column = column;
    }

    /// <summary>The line, from 1.</summary>
    public int Line { get; }

    /// <summary>The column, from 1.</summary>
    public int Column { get; }
}
